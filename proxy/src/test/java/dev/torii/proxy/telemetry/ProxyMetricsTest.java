package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ClusterView.Breaker;
import dev.torii.proxy.ClusterView.EndpointView;
import dev.torii.proxy.ClusterView.Health;
import dev.torii.proxy.ClusterView.Usage;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.telemetry.ProxyMetrics.Reload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ProxyMetricsTest {

    private static final String SERVER = "http_server_request_duration_seconds";
    private static final String CLIENT = "http_client_request_duration_seconds";
    private static final String GOOD = "http_response_status_code=\"200\",http_route=\"shop/cart/0\",torii_flag=\"\","
            + "torii_role=\"gateway\",torii_service=\"shop/cart\"";

    private Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private final ProxyMetrics metrics = new ProxyMetrics(2, 100, () -> 7, () -> now);

    @Test
    void anExchangeIsCountedOnBothSides() throws Exception {
        metrics.ended(Exchanges.good().took(12_000_000).make());
        metrics.ended(Exchanges.good().took(30_000_000).make());
        MetricsText page = page();
        assertThat(page.value(SERVER + "_count{" + GOOD + "}")).isEqualTo(2);
        assertThat(page.value(SERVER + "_sum{" + GOOD + "}")).isEqualTo(0.042);
        assertThat(page.value(SERVER + "_bucket{" + GOOD + ",le=\"0.025\"}")).isEqualTo(1);
        assertThat(page.value(SERVER + "_bucket{" + GOOD + ",le=\"0.05\"}")).isEqualTo(2);
        assertThat(page.value(CLIENT + "_count{" + GOOD + "}")).isEqualTo(2);
    }

    @Test
    void aBoundBelongsToItsBucket() throws Exception {
        metrics.ended(Exchanges.good().took(5_000_000).make());
        metrics.ended(Exchanges.good().took(5_000_001).make());
        metrics.ended(Exchanges.good().took(10_000_000_001L).make());
        MetricsText page = page();
        assertThat(page.value(SERVER + "_bucket{" + GOOD + ",le=\"0.005\"}")).isEqualTo(1);
        assertThat(page.value(SERVER + "_bucket{" + GOOD + ",le=\"10.0\"}")).isEqualTo(2);
        assertThat(page.value(SERVER + "_bucket{" + GOOD + ",le=\"+Inf\"}")).isEqualTo(3);
    }

    @Test
    void theBucketsAreThoseOfOpenTelemetry() throws Exception {
        metrics.ended(Exchanges.good().make());
        List<String> bounds = page().named(SERVER + "_bucket").stream()
                .map(sample -> sample.substring(sample.lastIndexOf("le=\"") + 4, sample.length() - 2))
                .toList();
        assertThat(bounds)
                .containsExactly(
                        "0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5", "5.0",
                        "7.5", "10.0", "+Inf");
    }

    @Test
    void aFailureCarriesItsFlagAndNoClientSide() throws Exception {
        metrics.ended(Exchanges.good()
                .failed(Fault.NR, "no_match")
                .route("")
                .service("")
                .make());
        MetricsText page = page();
        assertThat(page.value(SERVER + "_count{http_response_status_code=\"404\",http_route=\"\",torii_flag=\"NR\","
                        + "torii_role=\"gateway\",torii_service=\"\"}"))
                .isEqualTo(1);
        assertThat(page.named(CLIENT + "_count")).isEmpty();
    }

    @Test
    void inFlightGoesUpAndDown() throws Exception {
        metrics.started();
        metrics.started();
        metrics.ended(Exchanges.good().make());
        assertThat(page().value("torii_in_flight_requests")).isEqualTo(1);
    }

    @Test
    void pathsUsersAndClientsMakeNoSeries() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            Exchanges exchange =
                    Exchanges.good().path("/user/" + i).userAgent("agent " + i).headers("x-user", "u" + i);
            exchange.client = "client " + i;
            exchange.endpoint = "10.0.0.1:" + i;
            exchange.authority = "host" + i;
            metrics.ended(exchange.make());
        }
        assertThat(page().value(SERVER + "_count{" + GOOD + "}")).isEqualTo(100_000);
        assertThat(page().named(SERVER + "_count")).hasSize(1);
    }

    @Test
    void seriesAreBoundedAndNothingIsLost() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            int status = 100 + i % 900;
            metrics.ended(Exchanges.good()
                    .route("shop/r" + i + "/0")
                    .service("shop/s" + i)
                    .status(status)
                    .make());
        }
        MetricsText page = page();
        assertThat(page.named(SERVER + "_count")).hasSize(100 + 6);
        assertThat(page.sum(SERVER + "_count")).isEqualTo(100_000);
        assertThat(page.value(SERVER + "_count{http_response_status_code=\"5xx\",http_route=\"other\",torii_flag=\"\","
                        + "torii_role=\"gateway\",torii_service=\"other\"}"))
                .isGreaterThan(10_000);
    }

    @Test
    void aBackendWithEveryStatusThereIsDoesNotTakeAllTheRoom() throws Exception {
        for (int status = 200; status < 600; status++) {
            metrics.ended(Exchanges.good().status(status).make());
        }
        assertThat(page().named(SERVER + "_count")).hasSize(ExchangeSeries.MAX_PER_ROUTE + 4);
        assertThat(page().sum(SERVER + "_count")).isEqualTo(400);
    }

    @Test
    void seriesThatWereIdleGiveWayToNewOnes() throws Exception {
        IntStream.range(0, 100)
                .forEach(i -> metrics.ended(Exchanges.good().route("old" + i).make()));
        page();
        metrics.ended(Exchanges.good().route("new").make());
        assertThat(page().samples().keySet()).noneMatch(sample -> sample.contains("\"new\""));
        now = now.plus(ExchangeSeries.IDLE).minusMillis(1);
        metrics.ended(Exchanges.good().route("old1").make());
        assertThat(page().named(SERVER + "_count")).hasSize(100 + 1);
        now = now.plusMillis(1);
        assertThat(page().named(SERVER + "_count")).hasSize(1 + 1);
        metrics.ended(Exchanges.good().route("new").make());
        assertThat(page().named(SERVER + "_count")).anyMatch(sample -> sample.contains("\"new\""));
    }

    @Test
    void idleSeriesStayWhileThereIsRoom() throws Exception {
        metrics.ended(Exchanges.good().make());
        page();
        now = now.plus(Duration.ofDays(1));
        assertThat(page().named(SERVER + "_count")).hasSize(1);
    }

    @Test
    void scrapesUnderLoadSeeCountsThatOnlyGrowAndLoseNothing() throws Exception {
        int each = 200_000;
        AtomicInteger running = new AtomicInteger(4);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            ExchangeRecord mine = Exchanges.good().route("route" + t).make();
            ExchangeRecord shared = Exchanges.good().make();
            threads.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    metrics.started();
                    metrics.ended(i % 2 == 0 ? mine : shared);
                }
                running.decrementAndGet();
            }));
        }
        threads.forEach(Thread::start);
        double last = 0;
        int scrapes = 0;
        while (running.get() > 0 || scrapes == 0) {
            double count = page().sum(SERVER + "_count");
            assertThat(count).isGreaterThanOrEqualTo(last);
            last = count;
            scrapes++;
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(page().sum(SERVER + "_count")).isEqualTo(4.0 * each);
        assertThat(page().sum(SERVER + "_bucket")).isPositive();
        assertThat(page().value("torii_in_flight_requests")).isZero();
    }

    @Test
    void theSnapshotIsNamedOnceItIsServed() throws Exception {
        assertThat(page().named("torii_snapshot_info")).isEmpty();
        metrics.snapshotServed("v1");
        metrics.snapshotServed("v2");
        now = now.plusMillis(2500);
        MetricsText page = page();
        assertThat(page.named("torii_snapshot_info")).containsExactly("torii_snapshot_info{version=\"v2\"}");
        assertThat(page.value("torii_snapshot_age_seconds")).isEqualTo(2.5);
    }

    @Test
    void configurationsAndFindingsAreCounted() throws Exception {
        metrics.configRead(Reload.APPLIED, 0, 3);
        metrics.configRead(Reload.REJECTED, 2, 0);
        MetricsText page = page();
        assertThat(page.value("torii_config_reloads_total{result=\"applied\"}")).isEqualTo(1);
        assertThat(page.value("torii_config_reloads_total{result=\"rejected\"}"))
                .isEqualTo(1);
        assertThat(page.value("torii_config_reloads_total{result=\"unchanged\"}"))
                .isZero();
        assertThat(page.value("torii_config_findings{severity=\"error\"}")).isEqualTo(2);
        assertThat(page.value("torii_config_findings{severity=\"warning\"}")).isZero();
        assertThat(page.value("torii_access_log_dropped_total")).isEqualTo(7);
    }

    @Test
    void droppedMirrorsAreCounted() throws Exception {
        metrics.mirrorDropped();
        metrics.mirrorDropped();
        assertThat(page().value("torii_mirrors_dropped_total")).isEqualTo(2);
    }

    @Test
    void healthChecksAreCountedByServiceWithinBounds() throws Exception {
        metrics.healthChecked("shop/cart", true);
        metrics.healthChecked("shop/cart", true);
        metrics.healthChecked("shop/cart", false);
        assertThat(page().value("torii_health_checks_total{result=\"healthy\",torii_service=\"shop/cart\"}"))
                .isEqualTo(2);
        assertThat(page().value("torii_health_checks_total{result=\"unhealthy\",torii_service=\"shop/cart\"}"))
                .isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            metrics.healthChecked("many/s" + i, true);
        }
        assertThat(page().value("torii_health_checks_total{result=\"healthy\",torii_service=\"other\"}"))
                .isEqualTo(1);
    }

    @Test
    void retriesThatABudgetDidNotAllowAreCountedByService() throws Exception {
        metrics.retryRefused("shop/cart");
        metrics.retryRefused("shop/pay");
        metrics.retryRefused("shop/cart");
        assertThat(page().value("torii_retry_budget_refused_total{torii_service=\"shop/cart\"}"))
                .isEqualTo(2);
    }

    @Test
    void clustersAddUpByService() throws Exception {
        ClusterView one = cluster("shop/cart:80", "shop/cart", Breaker.OPEN);
        ClusterView two = cluster("shop/cart:81", "shop/cart", Breaker.CLOSED);
        MetricsText page = page(List.of(one, two, cluster("shop/pay:80", "shop/pay", Breaker.NONE)));
        assertThat(page.value("torii_upstream_connections{torii_service=\"shop/cart\"}"))
                .isEqualTo(10);
        assertThat(page.value("torii_upstream_in_flight{torii_service=\"shop/cart\"}"))
                .isEqualTo(6);
        assertThat(page.value("torii_upstream_in_flight_limit{torii_service=\"shop/cart\"}"))
                .isEqualTo(400);
        assertThat(page.value("torii_upstream_endpoints{torii_health=\"ejected\",torii_service=\"shop/cart\"}"))
                .isEqualTo(2);
        assertThat(page.value("torii_breakers{torii_service=\"shop/cart\",torii_state=\"open\"}"))
                .isEqualTo(1);
        assertThat(page.named("torii_breakers")).hasSize(3);
    }

    @Test
    void whatHasHappenedToClustersIsCountedAndPanicIsSaid() throws Exception {
        ClusterView calm = cluster("shop/cart:80", "shop/cart", Breaker.CLOSED);
        ClusterView stormy = new ClusterView(
                "shop/pay:80",
                "shop/pay",
                calm.requests(),
                calm.queue(),
                Breaker.OPEN,
                calm.endpoints(),
                new ClusterView.Events(true, 7, 3, 2, 1));
        MetricsText page = page(List.of(calm, stormy));
        assertThat(page.value("torii_upstream_panic{torii_service=\"shop/cart\"}"))
                .isZero();
        assertThat(page.value("torii_upstream_panic{torii_service=\"shop/pay\"}"))
                .isEqualTo(1);
        assertThat(page.value("torii_ejections_total{torii_service=\"shop/pay\"}"))
                .isEqualTo(7);
        assertThat(page.value("torii_breaker_transitions_total{torii_service=\"shop/pay\",torii_state=\"open\"}"))
                .isEqualTo(3);
        assertThat(page.value("torii_breaker_transitions_total{torii_service=\"shop/pay\",torii_state=\"half_open\"}"))
                .isEqualTo(2);
        assertThat(page.named("torii_breaker_transitions_total")).hasSize(3);
    }

    @Test
    void servicesBeyondTheBoundAreOneSeries() throws Exception {
        List<ClusterView> many = IntStream.range(0, 1000)
                .mapToObj(i -> cluster("shop/s" + i + ":80", "shop/s" + i, Breaker.NONE))
                .toList();
        MetricsText page = page(many);
        assertThat(page.named("torii_upstream_connections")).hasSize(101);
        assertThat(page.value("torii_upstream_connections{torii_service=\"other\"}"))
                .isEqualTo(900 * 5);
    }

    @Test
    void namesThatNeedEscapingDoNotBreakThePage() throws Exception {
        metrics.ended(Exchanges.good().route("a\"b\\c\nd{}=,").make());
        metrics.snapshotServed("v\"\n");
        assertThat(page().named(SERVER + "_count")).hasSize(1);
    }

    /** The headers are those of Prometheus 2 and 3, and of a browser. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | application/openmetrics-text",
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                        + "application/openmetrics-text;version=0.0.1;q=0.4,"
                        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
                        + " | application/openmetrics-text",
                "text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | text/plain",
                "text/plain, application/openmetrics-text;q=0.5 | text/plain",
                "application/openmetrics-text;q=0 | text/plain",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | text/plain",
                "'' | text/plain",
            })
    void theFormatIsTheOnePreferred(String accept, String type) throws Exception {
        metrics.ended(Exchanges.good().make());
        MetricsPage page = metrics.page(accept, List.of());
        boolean open = type.startsWith("application/");
        assertThat(page.contentType()).startsWith(type + "; version=" + (open ? "1.0.0" : "0.0.4"));
        assertThat(text(page).endsWith("# EOF\n")).isEqualTo(open);
    }

    @Test
    void retriesAreTheAttemptsBeyondTheFirst() throws Exception {
        metrics.ended(Exchanges.good().make());
        metrics.ended(Exchanges.good().attempts(3).make());
        metrics.ended(Exchanges.good().attempts(2).make());
        metrics.ended(Exchanges.good().service("shop/pay").make());
        assertThat(page().value("torii_retries_total{" + GOOD + "}")).isEqualTo(3);
        assertThat(page().named("torii_retries_total")).hasSize(1);
    }

    @Test
    void grpcAnswersAreCountedByTheirStatus() throws Exception {
        metrics.ended(Exchanges.good().make());
        metrics.ended(Exchanges.good().grpcStatus(0).make());
        metrics.ended(Exchanges.good().grpcStatus(14).make());
        metrics.ended(Exchanges.good().grpcStatus(14).make());
        metrics.ended(Exchanges.good().grpcStatus(2).make());
        metrics.ended(Exchanges.good().grpcStatus(Integer.MAX_VALUE).make());
        String code = "torii_grpc_responses_total{"
                + GOOD.replace("torii_flag", "rpc_response_status_code=\"@\",torii_flag") + "}";
        MetricsText page = page();
        assertThat(page.value(code.replace("@", "OK"))).isEqualTo(1);
        assertThat(page.value(code.replace("@", "UNAVAILABLE"))).isEqualTo(2);
        assertThat(page.value(code.replace("@", "UNKNOWN"))).isEqualTo(2);
        assertThat(page.named("torii_grpc_responses_total")).hasSize(3);
    }

    @Test
    void theProxySaysWhatItIs() throws Exception {
        AtomicBoolean ready = new AtomicBoolean();
        metrics.describe("sidecar", () -> "shop/cart", ready::get);
        assertThat(page().named("torii_proxy_info").toString())
                .contains("torii_role=\"sidecar\",torii_service=\"shop/cart\",version=\"");
        assertThat(page().value("torii_ready")).isZero();
        ready.set(true);
        assertThat(page().value("torii_ready")).isEqualTo(1);
    }

    private static ClusterView cluster(String key, String service, Breaker breaker) {
        return new ClusterView(
                key,
                service,
                new Usage(3, 200),
                new Usage(0, 50),
                breaker,
                List.of(
                        new EndpointView("10.0.0.1:80", Health.HEALTHY, Breaker.NONE, 4, 3),
                        new EndpointView("10.0.0.2:80", Health.EJECTED, Breaker.NONE, 1, 0)));
    }

    private MetricsText page() throws IOException {
        return page(List.of());
    }

    private MetricsText page(List<ClusterView> clusters) throws IOException {
        return MetricsText.parse(text(metrics.page("", clusters)));
    }

    private static String text(MetricsPage page) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        page.writeTo(out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
