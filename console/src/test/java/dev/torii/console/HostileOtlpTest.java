package dev.torii.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.torii.console.SampleTraces.Sample;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Exporters that send what is wrong, too large or too deep, and the answers of OTLP's specification. */
final class HostileOtlpTest {

    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static SampleMesh mesh;

    @BeforeAll
    static void start() {
        mesh = SampleMesh.start(7);
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @Test
    void spansInJsonAreTakenAsThoseInProtobuf() throws Exception {
        String json = """
                {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"till"}}]},
                  "scopeSpans":[{"scope":{},"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C",
                    "spanId":"EEE19B7EC3C1B174","parentSpanId":"EEE19B7EC3C1B173","name":"pay","flags":257,
                    "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":1544712661000000000,"kind":2,
                    "attributes":[{"key":"n","value":{"intValue":"7"}},{"key":"d","value":{"doubleValue":0.5}},
                      {"key":"b","value":{"boolValue":true}},
                      {"key":"l","value":{"arrayValue":{"values":[{"stringValue":"x"}]}}}],
                    "status":{"code":2,"message":"no money"},"unknown":{"of":["a","later","version"]}}]}]}]}
                """;
        HttpResponse<byte[]> answer = post(JSON, json.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(text(answer)).isEqualTo("{}");
        JsonObject span =
                trace("5b8efff798038103d269b633813fc60c").getJsonArray("spans").getJsonObject(0);
        assertThat(span.getString("spanId")).isEqualTo("eee19b7ec3c1b174");
        assertThat(span.getString("parentId")).isEqualTo("eee19b7ec3c1b173");
        assertThat(span.getString("service")).isEqualTo("till");
        assertThat(span.getString("kind")).isEqualTo("SERVER");
        assertThat(span.getString("status")).isEqualTo("ERROR");
        assertThat(span.getLong("start")).isEqualTo(1544712660000000L);
        assertThat(span.getLong("duration")).isEqualTo(1_000_000L);
        assertThat(span.getJsonObject("attributes").encode())
                .isEqualTo("{\"n\":7,\"d\":0.5,\"b\":true,\"l\":[\"x\"],\"otel.status_description\":\"no money\"}");
    }

    @Test
    void whatIsNoMessageIsRefusedWithItsReason() throws Exception {
        assertThat(post(PROTOBUF, "no protobuf".getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(400);
        for (String wrong : new String[] {
            "",
            "[]",
            "{",
            "{}{}",
            "{\"resourceSpans\":7}",
            "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"kind\":" + "\"9".repeat(300) + "\"}]}]}]}",
            "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"zz\"}]}]}]}"
        }) {
            HttpResponse<byte[]> answer = post(JSON, wrong.getBytes(StandardCharsets.UTF_8));
            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(new JsonObject(text(answer)).getString("message"))
                    .isNotEmpty()
                    .doesNotContain("\n");
        }
    }

    @Test
    void nestingHasABound() throws Exception {
        String deep = "{\"a\":".repeat(50_000) + "1" + "}".repeat(50_000);
        assertThat(post(JSON, deep.getBytes(StandardCharsets.UTF_8)).statusCode())
                .isEqualTo(400);
        AnyValue value = AnyValue.newBuilder().setStringValue("bottom").build();
        for (int i = 0; i < 20; i++) {
            value = AnyValue.newBuilder()
                    .setArrayValue(ArrayValue.newBuilder().addValues(value))
                    .build();
        }
        Span span = span().addAttributes(KeyValue.newBuilder().setKey("deep").setValue(value))
                .build();
        assertThat(post(PROTOBUF, request(span).toByteArray()).statusCode()).isEqualTo(200);
        assertThat(trace(hex(span)).encode()).contains("\"deep\":[").doesNotContain("bottom");
    }

    @Test
    void longTextsAndManyAttributesAreCut() throws Exception {
        Span.Builder span =
                span().setName("n".repeat(5_000)).addAttributes(SampleTraces.text("long", "v".repeat(1_000_000)));
        for (int i = 0; i < 1_000; i++) {
            span.addAttributes(SampleTraces.text("a" + i, "x"));
        }
        post(PROTOBUF, request(span.build()).toByteArray());
        JsonObject kept = trace(hex(span.build())).getJsonArray("spans").getJsonObject(0);
        assertThat(kept.getString("name")).hasSize(4_097).endsWith("…");
        assertThat(kept.getJsonObject("attributes").getString("long")).hasSize(4_097);
        assertThat(kept.getJsonObject("attributes").size()).isEqualTo(128);
    }

    @Test
    void spansThatCannotBeAreRefusedAndTheRestIsTaken() throws Exception {
        Span good = span().build();
        HttpResponse<byte[]> answer = post(
                PROTOBUF,
                request(
                                span().setTraceId(ByteString.copyFromUtf8("short"))
                                        .build(),
                                span().setTraceId(ByteString.copyFrom(new byte[16]))
                                        .build(),
                                span().setSpanId(ByteString.EMPTY).build(),
                                span().setParentSpanId(ByteString.copyFromUtf8("x"))
                                        .build(),
                                span().setStartTimeUnixNano(-1).build(),
                                good)
                        .toByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        var partial = ExportTraceServiceResponse.parseFrom(answer.body()).getPartialSuccess();
        assertThat(partial.getRejectedSpans()).isEqualTo(5);
        assertThat(partial.getErrorMessage()).isEqualTo("a trace id is 16 bytes, not all of them zero");
        assertThat(trace(hex(good)).getJsonArray("spans")).hasSize(1);
    }

    @Test
    void bodiesHaveABoundPackedAndUnpacked() throws Exception {
        assertThat(post(PROTOBUF, new byte[5 << 20]).statusCode()).isEqualTo(413);
        assertThat(post(PROTOBUF, gzip(new byte[64 << 20]), "gzip").statusCode())
                .isEqualTo(413);
        assertThat(post(PROTOBUF, "no gzip".getBytes(StandardCharsets.UTF_8), "gzip")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(PROTOBUF, new byte[0], "br").statusCode()).isEqualTo(415);
        assertThat(post(PROTOBUF, new byte[0]).statusCode()).isEqualTo(200);
    }

    @Test
    void onlyWhatOtlpSendsIsAnswered() throws Exception {
        assertThat(post("text/plain", new byte[0]).statusCode()).isEqualTo(415);
        HttpRequest.Builder get = HttpRequest.newBuilder(URI.create(otlp("/v1/traces")));
        HttpResponse<byte[]> answer = HTTP.send(get.build(), BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).contains("POST");
        HttpRequest metrics = HttpRequest.newBuilder(URI.create(otlp("/v1/metrics")))
                .header("content-type", PROTOBUF)
                .POST(BodyPublishers.noBody())
                .build();
        assertThat(HTTP.send(metrics, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(404);
        HttpRequest page = HttpRequest.newBuilder(URI.create(otlp("/v1/traces")))
                .header("content-type", PROTOBUF)
                .header("origin", "http://elsewhere.example")
                .POST(BodyPublishers.noBody())
                .build();
        assertThat(HTTP.send(page, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(403);
    }

    @Test
    void aBatchSentTwiceIsHeldOnce() throws Exception {
        Sample sample = new SampleTraces(3).next(1_700_000_000_000_000_000L);
        post(PROTOBUF, sample.spans().toByteArray());
        int spans = trace(sample.traceId()).getJsonArray("spans").size();
        assertThat(post(PROTOBUF, sample.spans().toByteArray()).statusCode()).isEqualTo(200);
        assertThat(trace(sample.traceId()).getJsonArray("spans")).hasSize(spans);
    }

    private static Span.Builder span() {
        byte[] id = new byte[16];
        new Random(System.nanoTime()).nextBytes(id);
        return Span.newBuilder()
                .setTraceId(ByteString.copyFrom(id))
                .setSpanId(ByteString.copyFrom(id, 0, 8))
                .setName("x")
                .setStartTimeUnixNano(1_700_000_000_000_000_000L)
                .setEndTimeUnixNano(1_700_000_000_001_000_000L);
    }

    private static String hex(Span span) {
        return SampleTraces.hex(span.getTraceId());
    }

    private static ExportTraceServiceRequest request(Span... spans) {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(List.of(spans))))
                .build();
    }

    private static JsonObject trace(String id) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(mesh.page("/api/traces/" + id)).build();
        return new JsonObject(HTTP.send(request, BodyHandlers.ofString()).body());
    }

    private static HttpResponse<byte[]> post(String type, byte[] body) throws IOException, InterruptedException {
        return post(type, body, "identity");
    }

    private static HttpResponse<byte[]> post(String type, byte[] body, String encoding)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(otlp("/v1/traces")))
                .header("content-type", type)
                .header("content-encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return HTTP.send(request, BodyHandlers.ofByteArray());
    }

    private static String otlp(String path) {
        return "http://127.0.0.1:" + mesh.console().otlpPort() + path;
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }
}
