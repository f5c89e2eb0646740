package dev.torii.proxy.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.Discovery;
import dev.torii.routing.Speaks;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.RawHttp;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A place that the snapshot does not know is asked for, and what asked waits. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
final class DiscoveryTest {

    private final Answers answers = new Answers();
    private final MisbehavingBackend tax = MisbehavingBackend.start(Behaviours.wellBehaved());

    /** Answers when the test says so. */
    private static final class Answers implements Discovery {

        final List<String> asked = new CopyOnWriteArrayList<>();
        final BlockingQueue<CompletableFuture<Void>> waiting = new LinkedBlockingQueue<>();
        volatile boolean silent;

        @Override
        public @Nullable CompletionStage<Void> ask(String place) {
            asked.add(place);
            if (silent) {
                return null;
            }
            CompletableFuture<Void> answer = new CompletableFuture<>();
            waiting.add(answer);
            return answer;
        }

        CompletableFuture<Void> next() throws InterruptedException {
            CompletableFuture<Void> next = waiting.poll(10, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            return next;
        }
    }

    private TestSidecar sidecar(boolean strict) {
        return new TestSidecar(new MeshEntrance.Settings(true, false, strict, 0, answers)).apply();
    }

    private static String get(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRequestWaitsUntilItsServiceIsThere(boolean strict) throws Exception {
        try (tax;
                TestSidecar sidecar = sidecar(strict);
                RawHttp client = RawHttp.connect(sidecar.port());
                RawHttp again = RawHttp.connect(sidecar.port())) {
            client.send(get("Tax.shop.svc.cluster.local"));
            CompletableFuture<Void> answer = answers.next();
            assertThat(tax.requests()).isEmpty();
            sidecar.service("tax", 80, Speaks.HTTP, tax.port()).apply();
            answer.complete(null);

            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(sidecar.record().service()).isEqualTo("shop/tax");
            // known now: nobody is asked
            assertThat(again.send(get("tax")).readResponse().status()).isEqualTo(200);
            assertThat(answers.asked).containsExactly("tax.shop");
        }
    }

    @Test
    void aTunnelWaitsToo() throws Exception {
        try (tax;
                TestSidecar sidecar = sidecar(true);
                RawHttp client = RawHttp.connect(sidecar.port())) {
            client.send("CONNECT 10.0.0.9:80 HTTP/1.1\r\nHost: 10.0.0.9:80\r\n\r\n");
            CompletableFuture<Void> answer = answers.next();
            sidecar.at("10.0.0.9").service("tax", 80, Speaks.HTTP, tax.port()).apply();
            answer.complete(null);

            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
            assertThat(client.send(get("tax")).readResponse().status()).isEqualTo(200);
            assertThat(answers.asked).containsExactly("10.0.0.9");
        }
    }

    @Test
    void whatIsNobodysIsPassedOn() throws Exception {
        String outside = "127.0.0.1:" + tax.port();
        try (tax;
                TestSidecar sidecar = sidecar(false);
                RawHttp client = RawHttp.connect(sidecar.port());
                RawHttp again = RawHttp.connect(sidecar.port())) {
            client.send(get(outside));
            answers.next().complete(null);
            assertThat(client.readResponse().status()).isEqualTo(200);
            answers.silent = true;
            assertThat(again.send(get(outside)).readResponse().status()).isEqualTo(200);
            assertThat(answers.asked).containsOnly("127.0.0.1");
        }
    }

    @Test
    void nobodyWaitsForLong() throws Exception {
        try (tax;
                TestSidecar sidecar = sidecar(true);
                RawHttp client = RawHttp.connect(sidecar.port())) {
            long start = System.nanoTime();
            client.send(get("tax"));
            CompletableFuture<Void> answer = answers.next();

            assertThat(client.readResponse().status()).isEqualTo(502);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Discovery.LIMIT_MS * 1_000_000);
            answer.complete(null); // too late, and so nobody's business
            assertThat(sidecar.record().detail()).isEqualTo("outside_the_mesh");
        }
    }

    @Test
    void aClientThatLeavesMeanwhileLeavesNothingBehind() throws Exception {
        try (tax;
                TestSidecar sidecar = sidecar(false)) {
            CompletableFuture<Void> answer;
            try (RawHttp client = RawHttp.connect(sidecar.port())) {
                client.send(get("tax"));
                answer = answers.next();
            }
            sidecar.record();
            sidecar.service("tax", 80, Speaks.HTTP, tax.port()).apply();
            answer.complete(null);
        }
        assertThat(tax.requests()).isEmpty();
    }

    /** What no Service can be is not asked for, and neither is another port of one that is known. */
    @Test
    void notEverythingIsAskedFor() {
        answers.silent = true;
        try (tax;
                TestSidecar sidecar = sidecar(true)
                        .service("tax", 80, Speaks.HTTP, tax.port())
                        .apply()) {
            for (String host : List.of("api.shop.example", "tax:81", "tax.shop.svc:82")) {
                try (RawHttp client = RawHttp.connect(sidecar.port())) {
                    assertThat(client.send(get(host)).readResponse().status()).isEqualTo(502);
                }
            }
            assertThat(answers.asked).isEmpty();
        }
    }
}
