package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ClusterView.Usage;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.routing.Cluster;
import dev.torii.routing.Filter;
import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.Concurrency;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many requests may be in flight to a Service, and how many wait: one meaning for all protocols and event loops. */
class ConcurrencyTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final long LONG_MS = 60_000;

    private final Guarded guarded = new Guarded(4);
    private final Guarded.Backend backend = guarded.backend();
    private final List<RawHttp> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(RawHttp::close);
        guarded.close();
    }

    private void limit(int maxInFlight, int queue, long timeoutMs) {
        guarded.serve(Guarded.with(new Concurrency(maxInFlight, queue, timeoutMs)), backend);
    }

    /** A request that is in flight or waits, each on a connection of its own. */
    private RawHttp send() {
        RawHttp client = guarded.connect().send(GET);
        clients.add(client);
        return client;
    }

    private void inFlight(int requests, int waiting) {
        guarded.eventually(requests + " in flight, " + waiting + " waiting", () -> {
            return guarded.view().requests().current() == requests
                    && guarded.view().queue().current() == waiting;
        });
    }

    private static void refused(RawResponse answer, String detail) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("x-torii-reason")).isEqualTo("UO " + detail);
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(answer.body()).contains(" of shop/b\n");
    }

    @Test
    void soManyAreInFlightOverAllEventLoopsAndNoMore() {
        limit(3, 0, 0);
        backend.hold();
        List<RawHttp> held = List.of(send(), send(), send());
        inFlight(3, 0);
        for (int i = 0; i < 20; i++) {
            refused(guarded.get(), "too_many_requests_in_flight");
        }
        assertThat(backend.asked()).isEqualTo(3);
        assertThat(guarded.view().requests()).isEqualTo(new Usage(3, 3));
        backend.release(3);
        held.forEach(client -> assertThat(client.readResponse().status()).isEqualTo(200));
        inFlight(0, 0);
        backend.release(1);
        guarded.get(1, 200);
    }

    @Test
    void othersWaitInTheOrderTheyCameWhateverTheirEventLoop() {
        limit(1, 8, LONG_MS);
        backend.hold();
        List<RawHttp> inOrder = new ArrayList<>();
        for (int i = 0; i <= 8; i++) {
            inOrder.add(send());
            inFlight(1, i);
        }
        refused(guarded.get(), "queue_full");
        assertThat(guarded.view().queue()).isEqualTo(new Usage(8, 8));
        for (int i = 0; i <= 8; i++) {
            backend.release(1);
            assertThat(inOrder.get(i).readResponse().status()).isEqualTo(200);
            inFlight(i == 8 ? 0 : 1, Math.max(0, 7 - i));
        }
        assertThat(backend.asked()).isEqualTo(9);
    }

    @Test
    void theyWaitSoLongAndNoLonger() {
        limit(1, 5, 50);
        backend.hold();
        RawHttp first = send();
        inFlight(1, 0);
        refused(guarded.get(), "queue_timeout");
        inFlight(1, 0);
        assertThat(backend.asked()).isEqualTo(1);
        backend.release(1);
        assertThat(first.readResponse().status()).isEqualTo(200);
    }

    @Test
    void aClientThatGoesAwayGivesItsPlaceUp() {
        limit(1, 1, LONG_MS);
        backend.hold();
        RawHttp first = send();
        inFlight(1, 0);
        RawHttp impatient = send();
        inFlight(1, 1);
        impatient.close();
        inFlight(1, 0);
        RawHttp next = send();
        inFlight(1, 1);
        first.close();
        inFlight(1, 0);
        backend.release(2);
        assertThat(next.readResponse().status()).isEqualTo(200);
        inFlight(0, 0);
    }

    @Test
    void http2AndGrpcCountAsHttp1Does() {
        limit(2, 0, 0);
        backend.hold();
        RawHttp plain = send();
        inFlight(1, 0);
        try (RawHttp2 client = RawHttp2.connect(guarded.proxy.port())) {
            int held = client.request("GET", "/");
            inFlight(2, 0);
            Http2Answer refused = client.answer(client.request("GET", "/"));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("x-torii-reason")).isEqualTo("UO too_many_requests_in_flight");
            assertThat(refused.header("retry-after")).isEqualTo("1");
            Http2Answer grpc = client.answer(
                    client.request("POST", "/pkg.Shop/Buy", "content-type", "application/grpc", "te", "trailers"));
            assertThat(grpc.status()).isEqualTo(200);
            assertThat(grpc.header("grpc-status")).isEqualTo("14");
            assertThat(grpc.header("grpc-message")).contains("UO too_many_requests_in_flight of shop/b");
            backend.release(2);
            assertThat(client.answer(held).status()).isEqualTo(200);
        }
        assertThat(plain.readResponse().status()).isEqualTo(200);
        inFlight(0, 0);
    }

    @Test
    void jsonNamesTheServiceAndTheLogTheLimit() {
        limit(1, 0, 0);
        backend.hold();
        RawHttp first = send();
        inFlight(1, 0);
        RawResponse refused = guarded.get("Accept: application/json\r\n");
        assertThat(refused.body()).contains("\"detail\":\"too_many_requests_in_flight\",\"service\":\"shop/b\"");
        ExchangeRecord record = guarded.proxy.record();
        assertThat(record.fault()).isEqualTo(Fault.UO);
        assertThat(record.detail()).isEqualTo("too_many_requests_in_flight");
        assertThat(record.attempts()).isZero();
        backend.release(1);
        first.readResponse();
    }

    @Test
    void newLimitsHoldAtOnceAndKeepTheCounts() {
        limit(1, 1, LONG_MS);
        backend.hold();
        RawHttp first = send();
        inFlight(1, 0);
        RawHttp waiting = send();
        inFlight(1, 1);
        limit(2, 0, LONG_MS);
        inFlight(2, 0);
        refused(guarded.get(), "too_many_requests_in_flight");
        limit(1, 0, LONG_MS);
        assertThat(guarded.view().requests()).isEqualTo(new Usage(2, 1));
        backend.release(1);
        inFlight(1, 0);
        refused(guarded.get(), "too_many_requests_in_flight");
        guarded.serve(Resilience.NONE, backend);
        backend.release(10);
        guarded.get(5, 200);
        limit(1, 0, LONG_MS);
        assertThat(first.readResponse().status()).isEqualTo(200);
        assertThat(waiting.readResponse().status()).isEqualTo(200);
        inFlight(0, 0);
    }

    @Test
    void aClusterThatLeavesTheConfigurationIsForgottenWhenNobodyUsesIt() {
        limit(1, 0, 0);
        backend.hold();
        RawHttp first = send();
        inFlight(1, 0);
        guarded.proxy
                .cluster("other", backend.port())
                .clearRoutes()
                .route("/", "other")
                .apply();
        limit(1, 0, 0);
        refused(guarded.get(), "too_many_requests_in_flight");
        backend.release(1);
        assertThat(first.readResponse().status()).isEqualTo(200);
        inFlight(0, 0);
    }

    /** Each failure in turn, many times: a slot that was not given back would end the test in refusals. */
    @Test
    void everyWayToEndGivesTheSlotBack() {
        int closed = dev.torii.testkit.FreePort.find();
        for (String answer : List.of(Guarded.BAD, "", "nonsense\r\n\r\n", Guarded.OK)) {
            backend.answers(answer);
            limit(2, 0, 0);
            for (int i = 0; i < 5; i++) {
                assertThat(guarded.get().header("x-torii-reason"))
                        .as(answer)
                        .isNotEqualTo("UO too_many_requests_in_flight");
            }
            inFlight(0, 0);
        }
        guarded.serve(Cluster.Protocol.HTTP1, Guarded.with(new Concurrency(2, 0, 0)), closed);
        for (int i = 0; i < 5; i++) {
            assertThat(guarded.get().header("x-torii-reason")).isEqualTo("UF connection_refused");
        }
        inFlight(0, 0);
    }

    /** A copy waits for nobody, takes nobody's place, and is no call of the Service. */
    @Test
    void mirroredCopiesTakeNoPlace() {
        Guarded.Backend main = guarded.backend();
        limit(1, 0, 0);
        backend.hold();
        guarded.proxy
                .cluster("main", main.port())
                .clearRoutes()
                .route("/", "main", Timeouts.NONE, new Filter.Mirror(new Target.ToCluster("b"), 1, 1))
                .route("/straight", "b")
                .apply();
        guarded.get(3, 200);
        guarded.eventually("copies", () -> backend.asked() == 3);
        assertThat(guarded.view().requests()).isEqualTo(new Usage(0, 1));
        RawHttp straight = guarded.connect().send("GET /straight HTTP/1.1\r\nHost: a\r\n\r\n");
        clients.add(straight);
        inFlight(1, 0);
        backend.release(10);
        assertThat(straight.readResponse().status()).isEqualTo(200);
    }
}
