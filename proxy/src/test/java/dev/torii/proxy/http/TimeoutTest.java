package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The timeouts of rules (Gateway API HTTPRouteTimeouts): who is told what, and what is left behind. Others: SlowClientTest. */
class TimeoutTest {

    private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    private final MisbehavingBackend silent = MisbehavingBackend.start(Behaviours.stalls());
    private final MisbehavingBackend half = MisbehavingBackend.start(Behaviours.stallsInBody());
    private final MisbehavingBackend good = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final TestProxy proxy = new TestProxy()
            .cluster("silent", silent.port())
            .cluster("half", half.port())
            .cluster("good", good.port());

    @AfterEach
    void close() {
        proxy.close();
        silent.close();
        half.close();
        good.close();
    }

    private void route(String cluster, Timeouts timeouts) {
        proxy.clearRoutes()
                .route("/", cluster, timeouts)
                .route("/good", "good", timeouts)
                .apply();
    }

    private void recorded(Fault fault, String detail, int status) {
        ExchangeRecord record = proxy.record();
        assertThat(record.fault()).isEqualTo(fault);
        assertThat(record.detail()).isEqualTo(detail);
        assertThat(record.status()).isEqualTo(status);
        assertThat(record.attempts()).isEqualTo(1);
        assertThat(record.durationNanos()).isGreaterThan(Duration.ofMillis(300).toNanos());
    }

    /** Answers 504 for that reason, and the connection goes on. */
    private void timesOut(Timeouts timeouts, Fault fault, String detail) {
        route("silent", timeouts);
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            RawResponse answer = client.send(GET).readResponse();
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.header("x-torii-reason")).isEqualTo(fault + " " + detail);
            assertThat(answer.header("x-request-id")).hasSize(36);
            recorded(fault, detail, 504);
            assertThat(silent.awaitClosed()).isTrue();
            assertThat(client.send("GET /good HTTP/1.1\r\nHost: a\r\n\r\n")
                            .readResponse()
                            .status())
                    .isEqualTo(200);
            assertThat(proxy.record().fault()).isNull();
        }
    }

    @Test
    void theRequestsTimeoutIsADeadline() {
        timesOut(new Timeouts(400, 0), Fault.DT, "request_timeout");
    }

    @Test
    void theBackendsTimeoutEndsATryAndItIsNotRepeated() {
        timesOut(new Timeouts(0, 400), Fault.UT, "backend_timeout");
        assertThat(silent.requests()).hasSize(1);
    }

    @Test
    void theShorterOfTheTwoCounts() {
        timesOut(new Timeouts(60_000, 400), Fault.UT, "backend_timeout");
    }

    @Test
    void withinAnAnswerBothBreakItOff() {
        route("half", new Timeouts(400, 0));
        breaksOff(Fault.DT, "request_timeout");
        route("half", new Timeouts(0, 400));
        breaksOff(Fault.UT, "backend_timeout");
        assertThat(half.awaitClosed()).isTrue();
    }

    private void breaksOff(Fault fault, String detail) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(client.send(GET).readUntil("\r\n\r\nhalf")).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(client.readToEnd()).isEmpty();
        }
        recorded(fault, detail, 200);
    }

    @Test
    void anHttp2StreamIsResetWithinItsAnswerAndTheConnectionGoesOn() {
        route("half", new Timeouts(400, 0));
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            Http2Answer answer = client.answer(client.request("GET", "/x"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("half");
            assertThat(answer.resetCode()).isEqualTo(Http2Frame.INTERNAL_ERROR);
            assertThat(client.answer(client.request("GET", "/good")).status()).isEqualTo(200);
        }
        recorded(Fault.DT, "request_timeout", 200);
    }

    @Test
    void aCallsOwnDeadlineCountsWhenItIsShorter() {
        route("silent", new Timeouts(60_000, 0));
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            Http2Answer answer = client.answer(client.request(
                    "POST", "/x", "content-type", "application/grpc", "te", "trailers", "grpc-timeout", "400m"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("grpc-status")).isEqualTo("4");
            assertThat(answer.header("x-torii-reason")).isEqualTo("DT request_timeout");
        }
        assertThat(silent.requests().get(0)).as("what is left of it").containsPattern("grpc-timeout: (400|3..)m\r\n");
        ExchangeRecord record = proxy.record();
        assertThat(record.status()).isEqualTo(200);
        assertThat(record.grpcStatus()).isEqualTo(4);
    }

    @Test
    void aClientThatIsTooSlowWithItsBodyMeetsTheDeadlineToo() {
        route("silent", new Timeouts(400, 0));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nhalf");
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.header("x-torii-reason")).isEqualTo("DT request_timeout");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.closedWithin(Duration.ofSeconds(5))).isTrue();
        }
        recorded(Fault.DT, "request_timeout", 504);
        assertThat(silent.awaitClosed()).isTrue();
    }
}
