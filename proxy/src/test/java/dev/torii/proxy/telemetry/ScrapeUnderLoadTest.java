package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.LoopWatch;
import dev.torii.proxy.TestProxy;
import dev.torii.proxy.admin.AdminServer;
import dev.torii.proxy.admin.AdminSources;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As many series as there can be, scraped without a pause while requests pass: {@link LoopWatch} sees who blocks a loop. */
@Timeout(120)
class ScrapeUnderLoadTest {

    private static final int SERIES = ProxyMetrics.DEFAULT_MAX_SERIES;
    private static final int SCRAPES = 6;

    private final ProxyMetrics metrics = new ProxyMetrics(1, SERIES, () -> 0, InstantSource.system());

    @Test
    void requestsPassWhileThePageIsMadeAndSent() throws Exception {
        for (int i = 0; i < SERIES; i++) {
            metrics.ended(Exchanges.good().route("shop/route-" + i + "/0").make());
        }
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("web", backend.port()).route("/", "web").apply();
            AdminServer admin = admin(proxy);
            int port = TestProxy.await(admin.listen("127.0.0.1", 0));
            CompletableFuture<Void> scraper = CompletableFuture.runAsync(() -> scrape(port));
            int requests = 0;
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                while (!scraper.isDone()) {
                    client.send("GET / HTTP/1.1\r\nHost: web\r\n\r\n");
                    assertThat(client.readResponse().status()).isEqualTo(200);
                    requests++;
                }
            }
            scraper.get();
            assertThat(requests).isGreaterThan(SCRAPES);
            TestProxy.await(admin.close());
        }
    }

    /** On the event loops of the traffic, which is as bad as it can be. */
    private AdminServer admin(TestProxy proxy) {
        Vertx vertx = TestProxy.await(
                        proxy.plane().ask(worker -> Vertx.currentContext().owner()))
                .get(0);
        return new AdminServer(
                vertx,
                new AdminSources(
                        Optional::empty,
                        proxy.plane()::snapshot,
                        proxy.plane()::clusters,
                        proxy.plane()::limits,
                        metrics::page,
                        query -> "",
                        () -> null,
                        new LogTails(),
                        () -> Verbosity.INFO,
                        wanted -> {},
                        () -> {},
                        () -> {}));
    }

    private void scrape(int port) {
        for (int i = 0; i < SCRAPES; i++) {
            try (RawHttp client = RawHttp.connect(port)) {
                RawResponse page = client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: "
                                + (i % 2 == 0 ? "gzip" : "identity") + "\r\n\r\n")
                        .readResponse();
                assertThat(page.status()).isEqualTo(200);
                assertThat(page.body().length()).isGreaterThan(100_000);
            }
        }
    }
}
