package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.RawResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Zipkin, asked by its API, has the spans of a request through gateway and sidecars as the tree that they are. */
@Timeout(240)
final class ZipkinTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Each span by its place, and the one above it. */
    private static final Map<String, String> PARENTS = Map.of(
            "torii-gateway gateway SERVER", "",
            "torii-gateway gateway CLIENT 1", "torii-gateway gateway SERVER",
            "web inbound SERVER", "torii-gateway gateway CLIENT 1",
            "web outbound SERVER", "web inbound SERVER",
            "web outbound CLIENT 1", "web outbound SERVER",
            "web outbound CLIENT 2", "web outbound SERVER",
            "cart inbound SERVER", "web outbound CLIENT 2");

    private static final String POLICY = """
            apiVersion: torii.dev/v1alpha1
            kind: TelemetryPolicy
            metadata: {name: everything}
            spec: {tracing: {samplingPercent: 100, tagHeaders: [x-order-id]}}
            """;

    @Test
    void hasTheTreeOfARequest(@TempDir Path folder) throws IOException {
        try (Zipkin zipkin = new Zipkin(folder);
                Shop shop = new Shop(folder, zipkin(zipkin.spans()), POLICY, "")) {
            Map<String, JsonObject> spans = whole(zipkin, aTraceWithTwoTries(shop, zipkin));
            Map<String, String> places = spans.entrySet().stream()
                    .collect(Collectors.toMap(span -> span.getValue().getString("id"), Map.Entry::getKey));
            Map<String, String> parents = spans.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey,
                            span -> places.getOrDefault(span.getValue().getString("parentId", ""), "")));
            assertThat(parents).isEqualTo(PARENTS);

            JsonObject root = spans.get("torii-gateway gateway SERVER");
            assertThat(root.containsKey("parentId")).isFalse();
            assertThat(tags(root))
                    .containsEntry("torii.route", "default/shop/0")
                    .containsEntry("url.path", "/page");
            assertThat(spans).allSatisfy((place, span) -> {
                assertThat(tags(span))
                        .containsEntry("torii.request_id", tags(root).get("torii.request_id"))
                        .containsEntry(
                                "torii.service",
                                place.startsWith("cart") || place.startsWith("web outbound")
                                        ? "default/cart"
                                        : "default/web");
                assertThat(tags(span).containsKey("error")).as(place).isEqualTo(place.equals("web outbound CLIENT 1"));
                if (place.endsWith("SERVER")) {
                    assertThat(tags(span)).containsEntry("http.request.header.x-order-id", "7");
                }
            });
            assertThat(tags(spans.get("web outbound CLIENT 1")))
                    .containsEntry("error", "connection_refused")
                    .containsEntry("torii.flags", "UF");
            assertThat(tags(spans.get("web outbound SERVER"))).containsEntry("torii.attempts", "2");
        }
    }

    private static Map<String, String> zipkin(String endpoint) {
        return Map.of(
                "OTEL_TRACES_EXPORTER",
                "zipkin",
                "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
                endpoint,
                "OTEL_BSP_SCHEDULE_DELAY",
                "100");
    }

    /** Asks until a call met the endpoint that is nobody, as Zipkin's own search tells. */
    private static String aTraceWithTwoTries(Shop shop, Zipkin zipkin) {
        AtomicReference<JsonArray> found = new AtomicReference<>(new JsonArray());
        assertThat(Await.until(LIMIT, () -> {
                    assertThat(shop.ask("x-order-id: 7\r\n")).isEqualTo(200);
                    found.set(array(zipkin.get("/api/v2/traces?limit=1&annotationQuery=torii.attempt%3D2")));
                    return !found.get().isEmpty();
                }))
                .isTrue();
        return found.get().getJsonArray(0).getJsonObject(0).getString("traceId");
    }

    /** All spans of a trace by their places. */
    private static Map<String, JsonObject> whole(Zipkin zipkin, String trace) {
        AtomicReference<JsonArray> spans = new AtomicReference<>(new JsonArray());
        Await.until(LIMIT, () -> {
            spans.set(array(zipkin.get("/api/v2/trace/" + trace)));
            return spans.get().size() >= PARENTS.size();
        });
        return Expressions.objects(spans.get()).stream().collect(Collectors.toMap(ZipkinTest::place, span -> span));
    }

    private static JsonArray array(RawResponse answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return new JsonArray(answer.body());
    }

    /** Whose span it is, of which role and kind, and of which try. */
    private static String place(JsonObject span) {
        String service = span.getJsonObject("localEndpoint").getString("serviceName");
        String attempt = tags(span).getOrDefault("torii.attempt", "");
        return String.join(" ", List.of(service, tags(span).get("torii.role"), span.getString("kind"), attempt))
                .strip();
    }

    private static Map<String, String> tags(JsonObject span) {
        return span.getJsonObject("tags").stream()
                .collect(Collectors.toMap(Map.Entry::getKey, tag -> String.valueOf(tag.getValue())));
    }
}
