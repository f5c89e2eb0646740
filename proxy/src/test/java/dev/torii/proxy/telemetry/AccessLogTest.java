package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AccessLogTest {

    private final StreamProbe out = new StreamProbe();

    @Test
    void aLineHoldsAllThatIsKnownInTheAgreedOrder() throws Exception {
        assertThat(lineOf(Exchanges.good().make()))
                .isEqualTo("{\"time\":\"2026-03-01T09:30:00.007Z\",\"request_id\":\"0195-abc\","
                        + "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\","
                        + "\"role\":\"gateway\","
                        + "\"method\":\"GET\",\"scheme\":\"http\",\"authority\":\"shop.example\","
                        + "\"path\":\"/cart?item=1\",\"protocol\":\"HTTP/1.1\",\"status\":200,"
                        + "\"duration_ms\":12.346,\"upstream_ms\":9.000,\"bytes_in\":512,\"bytes_out\":2048,"
                        + "\"route\":\"shop/cart/0\",\"service\":\"shop/cart\",\"endpoint\":\"10.0.0.7:8080\","
                        + "\"attempts\":1,\"client\":\"192.0.2.1\",\"user_agent\":\"curl/8.5.0\","
                        + "\"snapshot\":\"a1b2c3\",\"headers\":{\"x-tenant-id\":\"acme\"},"
                        + "\"response_headers\":{\"x-cache\":\"hit\",\"via\":\"1.1 torii\"}}");
    }

    @Test
    void aFailureNamesItsFlagAndReasonAndNoUpstream() throws Exception {
        Exchanges failed = Exchanges.good()
                .failed(Fault.NR, "no_match")
                .route("")
                .service("")
                .headers();
        failed.responseHeaders = List.of();
        failed.userAgent = "";
        failed.grpcStatus = 12;
        assertThat(lineOf(failed.make()))
                .isEqualTo("{\"time\":\"2026-03-01T09:30:00.007Z\",\"request_id\":\"0195-abc\","
                        + "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\","
                        + "\"role\":\"gateway\","
                        + "\"method\":\"GET\",\"scheme\":\"http\",\"authority\":\"shop.example\","
                        + "\"path\":\"/cart?item=1\",\"protocol\":\"HTTP/1.1\",\"status\":404,\"grpc_status\":12,"
                        + "\"flags\":\"NR\",\"reason\":\"no_match\",\"duration_ms\":12.346,"
                        + "\"bytes_in\":512,\"bytes_out\":2048,\"attempts\":0,\"client\":\"192.0.2.1\","
                        + "\"snapshot\":\"a1b2c3\"}");
    }

    @Test
    void retriesThatWereUsedUpAreAFlagBesideTheLastOne() throws Exception {
        Exchanges repeated = Exchanges.good();
        repeated.fault = Fault.UT;
        repeated.detail = "backend_timeout";
        repeated.attempts = 3;
        repeated.retriesUsedUp = true;
        assertThat(lineOf(repeated.make())).contains("\"flags\":\"URX,UT\",\"reason\":\"backend_timeout\"");
        repeated.fault = Fault.URX;
        repeated.detail = "retry_budget_empty";
        assertThat(lineOf(repeated.make())).contains("\"flags\":\"URX\",\"reason\":\"retry_budget_empty\"");
    }

    @Test
    void whoConnectedIsNamedWhereItIsNotTheClient() throws Exception {
        Exchanges forwarded = Exchanges.good();
        forwarded.peer = "10.9.0.2";

        assertThat(lineOf(forwarded.make())).contains("\"client\":\"192.0.2.1\",\"peer\":\"10.9.0.2\",\"user_agent\"");
    }

    @Test
    void aStreamHasNoStatus() throws Exception {
        JsonObject line = new JsonObject(lineOf(Exchanges.good().status(0).make()));
        assertThat(line.containsKey("status")).isFalse();
    }

    @Test
    void durationsKeepThreeDigits() throws Exception {
        assertThat(lineOf(Exchanges.good().took(0).make())).contains("\"duration_ms\":0.000,");
        assertThat(lineOf(Exchanges.good().took(999_499).make())).contains("\"duration_ms\":0.999,");
        assertThat(lineOf(Exchanges.good().took(60_000_000_500L).make())).contains("\"duration_ms\":60000.001,");
        assertThat(lineOf(Exchanges.good().took(-5).make())).contains("\"duration_ms\":0.000,");
    }

    @Test
    void hostileValuesStayInsideTheirString() throws Exception {
        String evil = "a\"},\n{\"status\":\"\\\r\u0000\u001b[2J\u007f\u0085\u009b\u2028\u2029é\u20ac\ud83d\ude00";
        String line =
                lineOf(Exchanges.good().userAgent(evil).headers("x\"\n", evil).make());
        assertThat(line).matches("[^\\p{Cntrl}\u0080-\u009f\u2028\u2029]*");
        JsonObject parsed = new JsonObject(line);
        assertThat(parsed.getString("user_agent")).isEqualTo(evil);
        assertThat(parsed.getJsonObject("headers").getString("x\"\n")).isEqualTo(evil);
        assertThat(parsed.getInteger("status")).isEqualTo(200);
    }

    @Test
    void halfASurrogatePairIsReplaced() throws Exception {
        assertThat(new JsonObject(lineOf(Exchanges.good().path("/\ud83d").make())).getString("path"))
                .isEqualTo("/\ufffd");
        assertThat(new JsonObject(lineOf(Exchanges.good().path("/\ude00\ud83dx").make())).getString("path"))
                .isEqualTo("/\ufffd\ufffdx");
    }

    @Test
    void anyTextSurvivesTheRoundTrip() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            String text = random.ints(random.nextInt(60), 0, 0x11_0000)
                    .filter(c -> c < 0xd800 || c > 0xdfff)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            JsonBuffer buffer = new JsonBuffer();
            new AccessLogLine().write(Exchanges.good().headers("h", text).make(), buffer);
            String line = new String(buffer.bytes(), 0, buffer.size(), StandardCharsets.UTF_8);
            assertThat(new JsonObject(line).getJsonObject("headers").getString("h"))
                    .as("seed %d", seed)
                    .isEqualTo(text);
        }
    }

    @Test
    void anEndlessValueIsCut() throws Exception {
        String path =
                new JsonObject(lineOf(Exchanges.good().path("/".repeat(100_000)).make())).getString("path");
        assertThat(path).hasSize(JsonBuffer.MAX_TEXT + 1).endsWith("/\u2026");
    }

    @Test
    void aBlockedStreamBlocksNobodyAndDropsAreCounted() throws Exception {
        AccessLog log = new AccessLog(out, 64);
        out.block();
        log.ended(Exchanges.good().path("/first").make());
        out.awaitBlocked();
        for (int i = 0; i < 1000; i++) {
            log.ended(Exchanges.good().path("/" + i).make());
        }
        assertThat(log.dropped()).isEqualTo(1000 - 64);
        out.unblock();
        log.close();
        assertThat(out.lines()).hasSize(1 + 64);
        assertThat(out.lines())
                .allSatisfy(line ->
                        assertThat(new JsonObject(line).getInteger("status")).isEqualTo(200));
        assertThat(log.dropped()).isEqualTo(1000 - 64);
    }

    @Test
    void largeRecordsDoNotFillTheMemory() throws Exception {
        AccessLog log = new AccessLog(out);
        out.block();
        log.ended(Exchanges.good().make());
        out.awaitBlocked();
        String large = "x".repeat(1 << 20);
        for (int i = 0; i < 100; i++) {
            log.ended(Exchanges.good().headers("x", large).make());
        }
        assertThat(log.dropped()).isEqualTo(93);
        out.unblock();
        log.close();
    }

    @Test
    void closingABlockedLogIsBoundedAndCountsTheRest() throws Exception {
        AccessLog log = new AccessLog(out);
        out.block();
        log.ended(Exchanges.good().make());
        out.awaitBlocked();
        log.ended(Exchanges.good().make());
        log.ended(Exchanges.good().make());
        log.close(Duration.ofMillis(20));
        assertThat(log.dropped()).isEqualTo(2);
        log.ended(Exchanges.good().make());
        assertThat(log.dropped()).isEqualTo(3);
        out.unblock();
    }

    @Test
    void aFailedWriteCostsItsOwnLinesOnly() throws Exception {
        out.fail(1);
        AccessLog log = new AccessLog(out);
        log.ended(Exchanges.good().path("/lost").make());
        Await.until(() -> log.dropped() == 1);
        log.ended(Exchanges.good().path("/kept").make());
        log.close();
        assertThat(out.lines()).hasSize(2);
        assertThat(new JsonObject(out.lines().get(1)).getString("path")).isEqualTo("/kept");
    }

    @Test
    void aLineComesWithoutMoreTrafficAndAgainAfterALongSilence() throws Exception {
        try (AccessLog log = new AccessLog(out)) {
            log.ended(Exchanges.good().path("/one").make());
            out.awaitLines(1);
            Await.until(() -> writerState() == Thread.State.WAITING);
            log.ended(Exchanges.good().path("/two").make());
            assertThat(out.awaitLines(2)).contains("/two");
        }
        Await.until(() -> writerState() == Thread.State.TERMINATED);
    }

    @Test
    void everyRecordOfManyThreadsIsWrittenOrCounted() throws Exception {
        AccessLog log = new AccessLog(out, 256);
        int each = 20_000;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                ExchangeRecord exchange = Exchanges.good().make();
                for (int i = 0; i < each; i++) {
                    log.ended(exchange);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        log.close();
        List<String> lines = out.lines();
        assertThat(lines.size() + log.dropped()).isEqualTo(4L * each);
        assertThat(lines).hasSizeGreaterThanOrEqualTo(256).containsOnly(lines.get(0));
    }

    private String lineOf(ExchangeRecord exchange) throws Exception {
        StreamProbe stream = new StreamProbe();
        try (AccessLog log = new AccessLog(stream)) {
            log.ended(exchange);
        }
        assertThat(stream.text()).endsWith("\n");
        assertThat(stream.lines()).hasSize(1);
        return stream.text().stripTrailing();
    }

    private static Thread.State writerState() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("torii-access-log"))
                .findFirst()
                .map(Thread::getState)
                .orElse(Thread.State.TERMINATED);
    }
}
