package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.SpanCollector;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Headers that are masked, hashed, or credentials reach apps, and nobody who looks on: not one byte of them is seen, nor of
 * the password of a store that cannot be reached.
 */
@Timeout(240)
final class SecretsTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String SECRET = "never-to-be-seen";
    private static final int SPANS = 6;

    private static final String POLICY = """
            apiVersion: torii.dev/v1alpha1
            kind: TelemetryPolicy
            metadata: {name: everything}
            spec:
              tracing:
                samplingPercent: 100
                tagHeaders: [authorization, proxy-authorization, cookie, x-api-key, x-token, x-user, x-order-id]
                force: [{header: x-api-key, value: never-to-be-seen}]
              accessLog:
                requestHeaders:
                - {name: authorization}
                - {name: proxy-authorization}
                - {name: cookie}
                - {name: x-api-key}
                - {name: x-token, mode: Mask}
                - {name: x-user, mode: Hash}
                - {name: x-order-id}
                responseHeaders: [{name: set-cookie}, {name: x-answer, mode: Mask}]
            ---
            apiVersion: torii.dev/v1alpha1
            kind: RateLimitPolicy
            metadata: {name: together}
            spec:
              targetRefs: [{group: "", kind: Service, name: web}, {group: "", kind: Service, name: cart}]
              limits:
              - name: all
                requests: 1000
                per: 1s
                scope: Global
                store: {redis: "redis://torii:never-to-be-seen@127.0.0.1:1"}
            """;

    private static final String HEADERS = """
            authorization: Bearer @
            proxy-authorization: Basic @
            cookie: sid=@; other=@
            x-api-key: @
            x-token: @
            x-user: @
            x-order-id: order-7
            """.replace("@", SECRET).replace("\n", "\r\n");

    private final Map<String, String> seen = new TreeMap<>();

    @Test
    void areNowhereInClear(@TempDir Path folder) throws IOException {
        Vertx vertx = Vertx.vertx();
        String answer = "set-cookie: sid=" + SECRET + "\r\nx-answer: " + SECRET + "\r\n";
        try (SpanCollector collector = SpanCollector.start(vertx);
                Shop shop = new Shop(folder, export(collector), POLICY, answer)) {
            List<RawHttp> live = new ArrayList<>();
            shop.proxies().forEach(proxy -> live.add(follow(proxy)));
            assertThat(shop.ask(HEADERS)).isEqualTo(200);
            assertThat(shop.cartRequests().get(0)).contains("x-token: " + SECRET, "x-user: " + SECRET);
            for (RawHttp each : live) {
                seen.put("/log " + live.indexOf(each), each.readUntil("}\n"));
                each.close();
            }
            assertThat(collector.spans().await(SPANS, any -> true, LIMIT)).hasSizeGreaterThanOrEqualTo(SPANS);
            seen.put("spans", String.join("\n", collector.messages().all()));
            for (ToriiProcess proxy : shop.proxies()) {
                assertThat(Await.until(LIMIT, () -> proxy.log().endsWith("}\n")))
                        .isTrue();
                seen.put("log " + proxy.admin(), proxy.log());
                seen.put("/snapshot " + proxy.admin(), page(proxy, "/snapshot"));
            }
            assertThat(seen)
                    .hasSize(10)
                    .allSatisfy((where, text) -> assertThat(text)
                            .as(where)
                            .contains(where.startsWith("/snapshot") ? "x-order-id" : "order-7")
                            .doesNotContain(SECRET));
            shop.proxies()
                    .forEach(proxy ->
                            assertThat(proxy.errors() + explained(proxy)).doesNotContain(SECRET));
        } finally {
            vertx.close().await();
        }
    }

    private static Map<String, String> export(SpanCollector collector) {
        return Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                collector.url(),
                "OTEL_EXPORTER_OTLP_COMPRESSION",
                "none",
                "OTEL_BSP_SCHEDULE_DELAY",
                "100");
    }

    private static RawHttp follow(ToriiProcess proxy) {
        RawHttp live = RawHttp.connect(proxy.admin()).timeout(LIMIT);
        live.send("GET /log HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("\r\n\r\n");
        return live;
    }

    private static String page(ToriiProcess proxy, String path) {
        try (RawHttp admin = RawHttp.connect(proxy.admin())) {
            return admin.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .readToEnd();
        }
    }

    private static String explained(ToriiProcess proxy) {
        String text = page(
                proxy,
                "/explain?url=http://shop.example/page&header=authorization:" + SECRET + "&header=x-api-key:" + SECRET);
        assertThat(text).startsWith("HTTP/1.1 200");
        return text;
    }
}
