package dev.torii.control;

import static dev.torii.control.Manifest.gateway;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.compile.Review;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.source.Catalog;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.Hello;
import dev.torii.control.identity.Believed;
import dev.torii.control.identity.Caller;
import dev.torii.control.identity.Identities;
import dev.torii.control.stream.Programmed;
import dev.torii.control.stream.StreamServer;
import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.TlsClients;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two controls, of which one leads: what proxies tell the other one gets to it, whoever it is by then. */
class ReplicasTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ObjectKey WEB = new ObjectKey("Gateway", "infra", "web");

    private final TestFeed feed = new TestFeed();
    private final AtomicReference<@Nullable Replica> leader = new AtomicReference<>();
    private Replica one;
    private Replica two;

    @BeforeEach
    void start() {
        feed.say(gateway("infra", "web", 1));
        one = new Replica("one", "127.0.0.1", null);
        two = new Replica("two", "127.0.0.1", null);
    }

    @AfterEach
    void stop() {
        List.of(one, two).forEach(each -> join(each.control.drain()));
    }

    @Test
    void nothingIsLostWhenTheLeaderChanges() {
        lead(one);
        try (TestProxy proxy = TestProxy.to(two.control).say(TestProxy.gateway("infra/web-1", "infra/web"))) {
            proxy.taken();
            assertThat(one.comesTo(1, Programmed.Kind.SERVED)).isTrue();

            feed.put(gateway("infra", "web", 2));
            Commit second = proxy.commit();
            assertThat(one.kind(2)).isNotEqualTo(Programmed.Kind.SERVED);
            lead(two);
            assertThat(two.kind(2)).isNotEqualTo(Programmed.Kind.SERVED);
            proxy.ack(second);
            assertThat(two.comesTo(2, Programmed.Kind.SERVED)).isTrue();

            feed.put(gateway("infra", "web", 3));
            Commit third = proxy.commit();
            lead(one);
            proxy.ack(third, "port 80 is in use");
            assertThat(one.comesTo(3, Programmed.Kind.FAILED)).isTrue();
            proxy.ack(third);
            assertThat(one.comesTo(3, Programmed.Kind.SERVED)).isTrue();
        }
    }

    /** Whose certificate says so; that in brackets is what its Lease has. */
    @Test
    void aLeaderMayHaveAnIpv6Address() {
        String host = hasIpv6() ? "::1" : "::ffff:127.0.0.1";
        Certificates.Leaf leaf = Certificates.selfSigned("127.0.0.1", host);
        HttpClient client = HttpClient.newBuilder()
                .sslContext(TlsClients.trusting(leaf.certificatePem()))
                .build();
        Replica six = new Replica("six", host, new OneKey(leaf));
        Replica four = new Replica("four", "127.0.0.1", new OneKey(leaf));
        lead(six);
        URI uri = URI.create("wss://127.0.0.1:" + four.control.port() + "/v1/stream");
        try (TestProxy proxy = TestProxy.over(client, uri).say(TestProxy.gateway("infra/web-1", "infra/web"))) {
            proxy.taken();
            assertThat(six.comesTo(1, Programmed.Kind.SERVED)).isTrue();
        } finally {
            List.of(six, four).forEach(each -> join(each.control.drain()));
        }
    }

    /** Not everybody who runs this has it; IPv4 in IPv6's clothes is written the same way. */
    private static boolean hasIpv6() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void onlyTheLeaderWorks() {
        lead(one);
        assertThat(Await.until(PATIENCE, () -> one.seen == 1)).isTrue();
        assertThat(two.programmed).isNull();
        lead(two);
        assertThat(one.programmed).isNull();
        feed.put(gateway("infra", "web", 5));
        assertThat(Await.until(PATIENCE, () -> two.seen == 5)).isTrue();
        assertThat(one.seen).isEqualTo(1);
    }

    @Test
    void onlyReplicasMayPassOn() throws Exception {
        lead(one);
        assertThat(post(one.control, "", "{}")).isEqualTo(401);
        assertThat(post(one.control, "replica", "{\"standings\":[3]}")).isEqualTo(400);
        assertThat(post(one.control, "replica", "nonsense")).isEqualTo(400);
        assertThat(post(one.control, "replica", "{\"standings\":[]}")).isEqualTo(204);
    }

    private static int post(Control to, String token, String body) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + to.port() + "/v1/acks");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private void lead(Replica next) {
        Replica before = leader.getAndSet(next);
        if (before != null) {
            before.lost.run();
        }
        next.won.run();
        assertThat(Await.until(PATIENCE, () -> next.programmed != null)).isTrue();
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private record OneKey(Certificates.Leaf leaf) implements Keys {

        @Override
        public void follow(Consumer<Pair> taker) {
            taker.accept(new Pair(leaf.certificatePem(), leaf.keyPem(), leaf.certificatePem()));
        }

        @Override
        public void close() {}
    }

    /** One control, and what its leader's work was told. */
    private final class Replica implements Leadership, Identities {

        private final String name;
        private final String host;
        private final Control control;
        private Runnable won = () -> {};
        private Runnable lost = () -> {};
        private volatile @Nullable Programmed programmed;
        private volatile long seen;

        Replica(String name, String host, @Nullable Keys keys) {
            this.name = name;
            this.host = host.indexOf(':') < 0 ? host : "[" + host + "]";
            var options = new Control.Options(host, 0, "127.0.0.1", 0, StreamServer.Limits.USUAL, Duration.ZERO);
            control = join(Control.start(
                    options, new Control.Parts(feed, this, keys, this, () -> name, List.of(this::begin), () -> {})));
        }

        private LeaderWork begin(Programmed told, BooleanSupplier leads) {
            programmed = told;
            return new LeaderWork() {
                @Override
                public void catalog(Catalog catalog, Review review) {
                    seen = catalog.documents().get(WEB).resource().metadata().generation();
                }

                @Override
                public void close() {
                    programmed = null;
                }
            };
        }

        Programmed.Kind kind(long generation) {
            Programmed told = programmed;
            return told == null
                    ? Programmed.Kind.UNKNOWN
                    : told.of(WEB, generation).kind();
        }

        boolean comesTo(long generation, Programmed.Kind kind) {
            return Await.until(PATIENCE, () -> kind(generation) == kind);
        }

        @Override
        public void run(Runnable won, Runnable lost) {
            this.won = won;
            this.lost = lost;
        }

        @Override
        public boolean leads() {
            return leader.get() == this;
        }

        @Override
        public Optional<String> address() {
            Replica now = leader.get();
            return now == null ? Optional.empty() : Optional.of(now.host + ":" + now.control.port());
        }

        @Override
        public void close() {}

        @Override
        public Future<Caller> identify(String token, Hello hello) {
            return new Believed().identify(token, hello);
        }

        @Override
        public Future<String> replica(String token) {
            return token.isEmpty() ? Future.failedFuture(Refused.stranger("no token")) : Future.succeededFuture(token);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
