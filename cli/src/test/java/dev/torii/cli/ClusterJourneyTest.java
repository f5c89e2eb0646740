package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.cluster.ClusterSource;
import dev.torii.control.Control;
import dev.torii.control.Leadership;
import dev.torii.control.Reconciliation;
import dev.torii.control.identity.Believed;
import dev.torii.control.provision.ProvisionSettings;
import dev.torii.control.stream.StreamServer;
import dev.torii.gateway.Gateway;
import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.TlsClients;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From objects in a cluster to traffic and statuses: an API server (a real one where {@code KUBEBUILDER_ASSETS} names it),
 * control that follows it, a gateway that follows control. What is printed are the milliseconds from when a change is begun
 * to be written until it has come somewhere. {@code -Dtorii.journey.routes} says how many routes there are.
 *
 * <p>A change must be seen within 300 ms. What the clock says of that is the machine's affair as much as ours; so what is
 * required is that the wait for further changes and all work of all threads, as if they took turns, take no longer.
 */
@Timeout(300)
final class ClusterJourneyTest {

    private static final int ROUTES = 1_000;

    private static final long LIMIT_MILLIS = 300;

    private final int port = FreePort.find();
    private final int securePort = FreePort.find();
    private final Certificates authority = Certificates.authority("journey");
    private final Certificates.Leaf certificate = authority.issue("shop.example");
    private final SSLContext trust = TlsClients.trusting(authority.caPem());
    private final Milestones milestones = new Milestones();
    private final Labour labour = new Labour();
    private final List<Long> labours = new ArrayList<>();
    private final List<Long> latencies = new ArrayList<>();
    private final Writes writes = new Writes();
    private final List<String> told = new ArrayList<>();

    @Test
    void changesBecomeTrafficAndStatus(@TempDir Path folder) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (ApiServer server = ApiServer.start();
                EchoBackend backend = EchoBackend.start(vertx, new Pod("shop", "cart", "cart-1"));
                KubernetesClient watching = writes.client(server)) {
            ClusterShop shop = new ClusterShop(server);
            int routes = Integer.getInteger("torii.journey.routes", ROUTES);
            shop.open(port, securePort, certificate, backend.port(), routes);
            Lead lead = new Lead();
            Control control = await(control(watching, lead));
            Gateway gateway = await(InProcess.gateway(
                    milestones.source(InProcess.source("http://127.0.0.1:" + control.port(), folder))));
            try {
                served(shop, "r" + (routes - 1), routes);
                try (Clients others = new Clients(2, port, number -> "/r" + (100 + number % 200))) {
                    journey(shop);
                    untilAnswered(others, 50);
                }
                rotation(shop);
                changeOfLeader(shop, lead);
                outage(shop, server);
            } finally {
                await(gateway.close());
                await(control.drain());
            }
        } finally {
            await(vertx.close());
            told.forEach(System.out::println);
        }
    }

    private void served(ClusterShop shop, String last, int routes) {
        until(() -> status("/" + last) == 200);
        until(shop::balance);
        until(() -> shop.condition("Gateway", "web", "Programmed").equals("True Programmed"));
        until(() -> shop.condition("HTTPRoute", last, "Accepted").equals("True Accepted"));
        until(() -> writes.all().stream()
                        .filter(each -> each.startsWith("httproutes/") && each.endsWith("/status"))
                        .count()
                > routes);
        Await.settled(writes::count);
    }

    private void journey(ClusterShop shop) {
        for (String name : List.of("r0", "r350", "far")) {
            until(() -> shop.condition("HTTPRoute", name, "ResolvedRefs").equals("True ResolvedRefs"));
        }
        Map<String, String> before = shop.versions();
        writes.forget();

        measured("an edit", () -> shop.route("r7", "/moved"), () -> status("/moved") == 200);
        assertThat(status("/r7")).isEqualTo(404);
        measured(
                "a route is broken",
                () -> shop.breakRoute("r8"),
                () -> status("/r8") == 500,
                () -> shop.condition("HTTPRoute", "r8", "ResolvedRefs").equals("False BackendNotFound"));
        measured(
                "a grant is revoked",
                shop::revokeGrant,
                () -> status("/far") == 500,
                () -> shop.condition("HTTPRoute", "far", "ResolvedRefs").equals("False RefNotPermitted"));
        for (int i = 20; i < 25; i++) {
            String path = "/moved" + i;
            measured("another edit", () -> shop.route("r7", path), () -> status(path) == 200);
        }
        measured("a route is deleted", () -> shop.deleteRoute("r9"), () -> status("/r9") == 404);
        measured(
                "a route is new",
                () -> shop.route("new", "/new"),
                () -> status("/new") == 200,
                () -> shop.condition("HTTPRoute", "new", "Accepted").equals("True Accepted"));

        assertThat(median(latencies)).as("ms until a change is seen").isLessThan(5_000);
        assertThat(median(labours))
                .as("work for a change, %s ms", labours)
                .isLessThan(LIMIT_MILLIS - ClusterSource.Settings.USUAL.quiet().toMillis());
        Await.settled(writes::count);
        assertThat(writes.all())
                .isSubsetOf(
                        "gateways/web/status",
                        "httproutes/r7/status",
                        "httproutes/r8/status",
                        "httproutes/r9/status",
                        "httproutes/far/status",
                        "httproutes/new/status");
        Map<String, String> after = shop.versions();
        for (String touched : List.of(
                "HTTPRoute r7", "HTTPRoute r8", "HTTPRoute r9", "HTTPRoute far", "HTTPRoute new", "Gateway web")) {
            before.remove(touched);
            after.remove(touched);
        }
        assertThat(after).as("nothing else is touched").isEqualTo(before);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Who is connected stays so; who comes sees the new certificate. */
    private void rotation(ClusterShop shop) {
        Certificates.Leaf next = authority.issue("shop.example");
        try (RawHttp old = secure()) {
            assertThat(serial(old)).isEqualTo(certificate.certificate().getSerialNumber());
            assertThat(status(old, "/r0")).isEqualTo(200);
            measured("a Secret is rotated", () -> shop.certify(next), () -> {
                try (RawHttp fresh = secure()) {
                    return serial(fresh).equals(next.certificate().getSerialNumber()) && status(fresh, "/r0") == 200;
                }
            });
            assertThat(status(old, "/r0")).isEqualTo(200);
            assertThat(serial(old)).isEqualTo(certificate.certificate().getSerialNumber());
        }
    }

    /** Somebody else leads while routes change. */
    private void changeOfLeader(ClusterShop shop, Lead lead) {
        lead.lose();
        shop.breakRoute("r10");
        lead.win();
        shop.breakRoute("r11");
        for (String name : List.of("r10", "r11")) {
            until(() -> shop.condition("HTTPRoute", name, "ResolvedRefs").equals("False BackendNotFound"));
        }
    }

    private void outage(ClusterShop shop, ApiServer server) {
        try (Clients clients = new Clients(4, port, number -> "/r" + (100 + number % 200))) {
            untilAnswered(clients, 200);
            server.cut();
            shop.route("r12", "/late");
            untilAnswered(clients, 1_000);
            assertThat(status("/late")).as("nobody has heard of it").isEqualTo(404);
            milestones.begin();
            server.mend();
            until(() -> status("/late") == 200);
            milestones.at("traffic");
            until(() -> shop.condition("HTTPRoute", "r12", "Accepted").equals("True Accepted"));
            milestones.at("status");
            told.add("after an outage: " + milestones);
            untilAnswered(clients, 200);
            assertThat(clients.failures()).isEmpty();
            told.add("answers meanwhile: " + clients.answers() + ", failures: none");
        }
    }

    private static void untilAnswered(Clients clients, int more) {
        long all = clients.answers() + more;
        until(() -> clients.answers() >= all || !clients.failures().isEmpty());
        assertThat(clients.failures()).isEmpty();
    }

    /** @param seen traffic, then the status */
    private void measured(String what, Runnable change, BooleanSupplier... seen) {
        milestones.begin();
        labour.begin();
        change.run();
        milestones.at("written");
        until(seen[0]);
        milestones.at("traffic");
        if (seen.length > 1) {
            until(seen[1]);
            milestones.at("status");
        }
        latencies.add(milestones.millis());
        labours.add(labour.millis());
        told.add(what + ": " + milestones + ", work " + labour.millis() + " ms");
    }

    private Future<Control> control(KubernetesClient cluster, Leadership leadership) {
        return Control.start(
                new Control.Options("127.0.0.1", 0, "127.0.0.1", 0, StreamServer.Limits.USUAL, Duration.ZERO),
                new Control.Parts(
                        milestones.feed(taker -> ClusterSource.watch(cluster, ClusterSource.Settings.USUAL, taker)),
                        new Believed(),
                        null,
                        leadership,
                        () -> "",
                        List.of(
                                milestones.reviews(),
                                Reconciliation.maker(
                                        cluster,
                                        new ProvisionSettings("torii-system", "torii:1", "https://control:15010"))),
                        () -> {}));
    }

    private int status(String path) {
        try (RawHttp client = RawHttp.connect(port)) {
            return status(client, path);
        } catch (UncheckedIOException notNow) {
            return 0;
        }
    }

    private static int status(RawHttp client, String path) {
        return client.send("GET " + path + " HTTP/1.1\r\nHost: shop.example\r\n\r\n")
                .readResponse()
                .status();
    }

    private RawHttp secure() {
        return RawHttp.connectTls("127.0.0.1", securePort, trust, "shop.example", List.of());
    }

    private static BigInteger serial(RawHttp client) {
        try {
            return ((X509Certificate) client.tls().getSession().getPeerCertificates()[0]).getSerialNumber();
        } catch (SSLPeerUnverifiedException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(60), condition)).isTrue();
    }

    /** Who leads is for the test to say. */
    private static final class Lead implements Leadership {

        private Runnable won = () -> {};
        private Runnable lost = () -> {};
        private volatile boolean leads;

        @Override
        public void run(Runnable won, Runnable lost) {
            this.won = won;
            this.lost = lost;
            win();
        }

        void win() {
            leads = true;
            won.run();
        }

        void lose() {
            leads = false;
            lost.run();
        }

        @Override
        public boolean leads() {
            return leads;
        }

        @Override
        public Optional<String> address() {
            return Optional.empty();
        }

        @Override
        public void close() {
            if (leads) {
                lose();
            }
        }
    }
}
