package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ClusterView.Breaker;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.routing.Cluster;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.GrpcEcho;
import dev.torii.testkit.GrpcEchoClient;
import dev.torii.testkit.GrpcEchoServer;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Circuit breakers as callers, backends and the admin see them. Windows hold four calls, open is ten seconds, probes are two. */
class BreakingTest {

    private static final String OPEN = "UB service_breaker_open";

    private final Guarded guarded = new Guarded(3);
    private final Guarded.Backend backend = guarded.backend();

    @AfterEach
    void close() {
        guarded.close();
    }

    private void serve(boolean perEndpoint, Guarded.Backend... of) {
        guarded.serve(Guarded.with(Guarded.lastFour(perEndpoint)), of);
    }

    @Test
    void anOpenBreakerAnswersForTheServiceAndSaysSo() {
        serve(false, backend.answers(Guarded.BAD));
        guarded.get(4, 500);
        assertThat(guarded.view().breaker()).isEqualTo(Breaker.OPEN);
        guarded.pass(2_500);
        RawResponse refused = guarded.get("Accept: application/json\r\n");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("x-torii-reason")).isEqualTo(OPEN);
        assertThat(refused.header("retry-after")).isEqualTo("8");
        assertThat(refused.body())
                .contains("\"reason\":\"UB\",\"detail\":\"service_breaker_open\",\"service\":\"shop/b\"");
        assertThat(backend.asked()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            assertThat(guarded.proxy.record().fault()).isNull();
        }
        ExchangeRecord record = guarded.proxy.record();
        assertThat(record.fault()).isEqualTo(Fault.UB);
        assertThat(record.attempts()).isZero();
    }

    @Test
    void http2AndGrpcAreToldSo() {
        serve(false, backend.answers(Guarded.BAD));
        guarded.get(4, 500);
        try (RawHttp2 client = RawHttp2.connect(guarded.proxy.port())) {
            Http2Answer plain = client.answer(client.request("GET", "/"));
            assertThat(plain.status()).isEqualTo(503);
            assertThat(plain.header("x-torii-reason")).isEqualTo(OPEN);
            assertThat(plain.header("retry-after")).isEqualTo("10");
            Http2Answer grpc = client.answer(
                    client.request("POST", "/pkg.Shop/Buy", "content-type", "application/grpc", "te", "trailers"));
            assertThat(grpc.header("grpc-status")).isEqualTo("14");
            assertThat(grpc.header("x-torii-reason")).isEqualTo(OPEN);
        }
    }

    @Test
    void probesCloseItAgain() {
        serve(false, backend.answers(Guarded.BAD));
        guarded.get(4, 500);
        guarded.get(3, 503);
        backend.answers(Guarded.OK);
        guarded.pass(10_001);
        assertThat(guarded.view().breaker()).isEqualTo(Breaker.HALF_OPEN);
        guarded.get(2, 200);
        assertThat(guarded.view().breaker()).isEqualTo(Breaker.CLOSED);
        guarded.get(10, 200);
        assertThat(guarded.view().events().opened()).isEqualTo(1);
        assertThat(guarded.view().events().halfOpened()).isEqualTo(1);
        assertThat(guarded.view().events().closed()).isEqualTo(1);
    }

    @Test
    void probesThatFailOpenItAgain() {
        serve(false, backend.answers(Guarded.BAD));
        guarded.get(4, 500);
        guarded.pass(10_001);
        guarded.get(2, 500);
        guarded.get(3, 503);
        assertThat(backend.asked()).isEqualTo(6);
    }

    @Test
    void soManyProbesAtATimeAndNoMore() {
        serve(false, backend.answers(Guarded.BAD));
        guarded.get(4, 500);
        guarded.pass(10_001);
        backend.answers(Guarded.OK).hold();
        try (RawHttp first = guarded.connect();
                RawHttp second = guarded.connect()) {
            first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            guarded.eventually("two probes", () -> backend.asked() == 6);
            RawResponse third = guarded.get();
            assertThat(third.header("x-torii-reason")).isEqualTo(OPEN);
            assertThat(third.header("retry-after")).isEqualTo("1");
            backend.release(100);
            assertThat(first.readResponse().status()).isEqualTo(200);
            assertThat(second.readResponse().status()).isEqualTo(200);
        }
        guarded.get(5, 200);
    }

    /** Probes whose clients went away say nothing: others take their places. */
    @Test
    void aProbeThatIsGivenUpIsReplaced() {
        serve(false, backend.answers(Guarded.BAD));
        guarded.get(4, 500);
        guarded.pass(10_001);
        backend.answers(Guarded.OK).hold();
        for (int i = 0; i < 5; i++) {
            int asked = 5 + i;
            try (RawHttp probe = guarded.connect()) {
                probe.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                guarded.eventually("a probe", () -> backend.asked() == asked);
            }
            guarded.eventually("given up", () -> guarded.view(backend).requests() == 0);
        }
        backend.release(100);
        guarded.get(2, 200);
        assertThat(guarded.view().breaker()).isEqualTo(Breaker.CLOSED);
    }

    /** Their answers never end, so their beginnings decide. */
    @Test
    void aProbeIsJudgedByTheHeadOfItsAnswer() {
        serve(false, backend.answers(Guarded.BAD));
        guarded.get(4, 500);
        guarded.pass(10_001);
        backend.answers("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 100\r\n\r\ndata: 1\n\n");
        try (RawHttp first = guarded.connect();
                RawHttp second = guarded.connect()) {
            first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("data: 1\n\n");
            second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("data: 1\n\n");
            assertThat(guarded.view().breaker()).isEqualTo(Breaker.CLOSED);
        }
    }

    @Test
    void slowAnswersOpenIt() {
        serve(false, backend);
        backend.takes(2_000);
        guarded.get(4, 200);
        assertThat(guarded.get().header("x-torii-reason")).isEqualTo(OPEN);
    }

    @Test
    void aWindowOfSecondsOpensToo() {
        guarded.serve(
                Guarded.with(new CircuitBreaking(false, CircuitBreaking.Window.SECONDS, 10, 4, 50, 0, 0, 10_000, 2)),
                backend.answers(Guarded.BAD));
        guarded.get(3, 500);
        guarded.pass(11_000);
        guarded.get(3, 500);
        guarded.get(1, 500);
        assertThat(guarded.get().header("x-torii-reason")).isEqualTo(OPEN);
    }

    /** What the client did wrong, what our own limits refused, and what another proxy's did. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 503 No\r\nx-torii-reason: UO queue_full\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 429 No\r\nx-torii-reason: RL rate_limited\r\ncontent-length: 0\r\n\r\n"
            })
    void whatIsNoFailureDoesNotOpenIt(String answer) {
        serve(false, backend.answers(answer));
        for (int i = 0; i < 12; i++) {
            guarded.get();
        }
        assertThat(backend.asked()).isEqualTo(12);
        assertThat(guarded.view().breaker()).isEqualTo(Breaker.CLOSED);
    }

    /** Another proxy that has too much to do is no success either: it hides no failure. */
    @Test
    void busyAnswersDoNotDilute() {
        serve(false, backend);
        for (int i = 0; i < 4; i++) {
            backend.answers("HTTP/1.1 503 No\r\nx-torii-reason: UO queue_full\r\ncontent-length: 0\r\n\r\n");
            guarded.get(5, 503);
            backend.answers(Guarded.BAD);
            guarded.get(1, 500);
        }
        assertThat(guarded.get().header("x-torii-reason")).isEqualTo(OPEN);
    }

    @ParameterizedTest
    @CsvSource({"resets, ''", "speaks nonsense, nonsense"})
    void connectionsThatFailOpenItToo(String how, String answer) {
        serve(false, backend.answers(answer.isEmpty() ? "" : answer + "\r\n\r\n"));
        guarded.eventually(how, () -> OPEN.equals(guarded.get().header("x-torii-reason")));
    }

    @Test
    void anEndpointThatCannotBeReachedOpensIt() {
        guarded.serve(Cluster.Protocol.HTTP1, Guarded.with(Guarded.lastFour(false)), FreePort.find());
        guarded.eventually("refused", () -> OPEN.equals(guarded.get().header("x-torii-reason")));
    }

    @Test
    void eachEndpointHasItsOwnWherePolicySaysSo() {
        Guarded.Backend other = guarded.backend();
        serve(true, backend.answers(Guarded.BAD), other);
        for (int i = 0; i < 20; i++) {
            guarded.get();
        }
        assertThat(backend.asked()).isEqualTo(4);
        assertThat(guarded.view(backend).breaker()).isEqualTo(Breaker.OPEN);
        assertThat(guarded.view(other).breaker()).isEqualTo(Breaker.CLOSED);
        assertThat(guarded.view().breaker()).isEqualTo(Breaker.NONE);
        other.answers(Guarded.BAD);
        for (int i = 0; i < 4; i++) {
            guarded.get();
        }
        assertThat(guarded.view(other).breaker()).isEqualTo(Breaker.OPEN);
        RawResponse refused = guarded.get();
        assertThat(refused.header("x-torii-reason")).isEqualTo("UB endpoint_breakers_open");
        assertThat(refused.header("retry-after")).isEqualTo("10");
        backend.answers(Guarded.OK);
        guarded.pass(10_001);
        for (int i = 0; i < 20; i++) {
            guarded.get();
        }
        assertThat(guarded.view(backend).breaker()).isEqualTo(Breaker.CLOSED);
    }

    @Test
    void changedLimitsOfOthersKeepItsState() {
        serve(false, backend.answers(Guarded.BAD));
        guarded.get(4, 500);
        guarded.serve(Guarded.with(Guarded.lastFour(false)), backend, guarded.backend());
        assertThat(guarded.get().header("x-torii-reason")).isEqualTo(OPEN);
        serve(true, backend);
        guarded.get(1, 500);
    }

    @Test
    void grpcStatusesCountByTheirMeaning() {
        try (GrpcEchoServer server = GrpcEchoServer.start(Pod.of("b"))) {
            guarded.serve(Cluster.Protocol.HTTP2, Guarded.with(Guarded.lastFour(false)), server.port());
            GrpcEchoClient client = GrpcEchoClient.to("127.0.0.1", guarded.proxy.port(), "a.example");
            try {
                for (int i = 0; i < 8; i++) {
                    assertThat(fail(client, "NOT_FOUND no").getCode()).isEqualTo(Status.Code.NOT_FOUND);
                }
                assertThat(guarded.view().breaker()).isEqualTo(Breaker.CLOSED);
                for (int i = 0; i < 4; i++) {
                    fail(client, "INTERNAL no");
                }
                assertThat(guarded.view().breaker()).isEqualTo(Breaker.OPEN);
                Status refused = fail(client, "OK no");
                assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(refused.getDescription()).contains(OPEN + " of shop/b");
            } finally {
                client.close();
            }
        }
    }

    private static Status fail(GrpcEchoClient client, String how) {
        try {
            ClientCalls.blockingUnaryCall(client.channel(), GrpcEcho.fail(), CallOptions.DEFAULT, how);
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }
}
