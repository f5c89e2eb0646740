package dev.torii.proxy.http;

import static dev.torii.proxy.http.Scripted.Act.says;
import static dev.torii.proxy.http.Scripted.Act.status;
import static dev.torii.proxy.http.Scripted.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.proxy.http.Scripted.Act;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Resilience;
import dev.torii.routing.Retry;
import dev.torii.routing.SessionPersistence;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.BackendConnection;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a rule's retry (Gateway API, GEP-1731) has sent again, where to, when and how often. Without one: RetryTest. */
class RetriesTest {

    private static final LoadBalancing IN_TURN = new LoadBalancing(LoadBalancing.Algorithm.ROUND_ROBIN, null, 0);

    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
    }

    private static Cluster cluster(Resilience.RetryBudget budget, int... ports) {
        List<Endpoint> endpoints = IntStream.of(ports)
                .mapToObj(port -> new Endpoint("127.0.0.1", port))
                .toList();
        Resilience resilience = new Resilience(null, null, null, null, budget);
        return new Cluster(
                "b",
                "default/b",
                Cluster.Protocol.HTTP1,
                endpoints,
                IN_TURN,
                ConnectionSettings.DEFAULT,
                null,
                null,
                resilience);
    }

    private void serve(Retry retry, Timeouts timeouts, int... ports) {
        proxy.cluster(cluster(new Resilience.RetryBudget(100, 1_000), ports))
                .retry(retry)
                .route("/", "b", timeouts)
                .apply();
    }

    /** Listed is 503 only, the back-off a millisecond. */
    private void serve(int attempts, int... ports) {
        serve(new Retry(attempts, List.of(503), 1), Timeouts.NONE, ports);
    }

    private RawResponse send(String method, String body) {
        String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send(method + " / HTTP/1.1\r\nHost: a\r\n" + length + "\r\n" + body);
            return client.readResponse(method);
        }
    }

    private ExchangeRecord recorded(int attempts, String flags, String detail) {
        ExchangeRecord record = proxy.record();
        assertThat(record.attempts()).isEqualTo(attempts);
        assertThat(record.flags()).isEqualTo(flags);
        assertThat(record.detail()).isEqualTo(detail);
        return record;
    }

    @ParameterizedTest
    @CsvSource({"GET, ''", "HEAD, ''", "OPTIONS, ''", "DELETE, ''", "PUT, some body", "DELETE, some body"})
    void aListedStatusIsAskedForAgainWhereTheMethodAllowsIt(String method, String body) {
        Act busy = method.equals("HEAD") ? says("HTTP/1.1 503 So\r\ncontent-length: 4\r\n\r\n") : status(503);
        Act ok = method.equals("HEAD") ? says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n") : says(OK);
        try (Scripted backend = new Scripted(busy, busy, ok)) {
            serve(2, backend.port());
            assertThat(send(method, body).status()).isEqualTo(200);
            recorded(3, "", "");
            List<String> heads = backend.requests();
            assertThat(heads).hasSize(3);
            assertThat(heads.get(0)).doesNotContain("x-torii-attempt");
            assertThat(heads.get(1)).contains("x-torii-attempt: 2\r\n");
            assertThat(heads.get(2)).contains("x-torii-attempt: 3\r\n");
            assertThat(backend.bodies()).isEqualTo(body.isEmpty() ? List.of() : List.of(body, body, body));
            assertThat(backend.connections())
                    .as("put away answers end where they should")
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"POST, '', 503", "PATCH, body, 503", "LOCK, '', 503", "GET, '', 500", "GET, '', 404"})
    void whatMayHaveBeenActedOnAndStatusesThatAreNotListedAreNot(String method, String body, int status) {
        try (Scripted backend = new Scripted(status(status), says(OK))) {
            serve(3, backend.port());
            RawResponse got = send(method, body);
            assertThat(got.status()).isEqualTo(status);
            assertThat(got.body()).isEqualTo("busy");
            recorded(1, "", "");
            assertThat(backend.requests()).hasSize(1);
        }
    }

    @Test
    void theLastAnswerIsTheClientsWhenTheyAreUsedUp() {
        try (Scripted backend =
                new Scripted(status(503), says("HTTP/1.1 503 So\r\ncontent-length: 4\r\nx-last: yes\r\n\r\nlast"))) {
            serve(1, backend.port());
            RawResponse got = send("GET", "");
            assertThat(got.status()).isEqualTo(503);
            assertThat(got.body()).isEqualTo("last");
            assertThat(got.header("x-last")).isEqualTo("yes");
            ExchangeRecord record = recorded(2, "URX", "retries_used_up");
            assertThat(record.fault()).isEqualTo(Fault.URX);
            assertThat(record.retriesUsedUp()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionLostBeforeAnAnswerIsTriedAgain(boolean byReset) {
        Act lost = connection -> {
            if (byReset) {
                connection.reset();
            }
            throw new java.io.IOException("done");
        };
        try (Scripted backend = new Scripted(lost, lost, says(OK))) {
            serve(3, backend.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            recorded(3, "", "");
        }
        try (Scripted backend = new Scripted(lost)) {
            proxy.clearRoutes();
            serve(3, backend.port());
            RawResponse got = send("GET", "");
            assertThat(got.status()).as("not there, rather than a bad gateway").isEqualTo(503);
            assertThat(got.header("x-torii-reason")).isEqualTo("UC closed_before_answer");
            recorded(4, "URX,UC", "closed_before_answer");
            assertThat(backend.requests()).hasSize(4);
            assertThat(send("POST", "body").status()).isEqualTo(502);
            recorded(1, "UC", "closed_before_answer");
        }
    }

    @Test
    void anAnswerThatHadBegunForTheClientIsNotAskedForAgain() {
        try (Scripted backend = new Scripted(connection -> {
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
            connection.reset();
        })) {
            serve(3, backend.port());
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readToEnd()).startsWith("HTTP/1.1 200");
            }
            recorded(1, "UC", "closed_midway");
            assertThat(backend.requests()).hasSize(1);
        }
    }

    @Test
    void aTryThatTakesTooLongIsMadeAgain() {
        Retry retry = new Retry(2, List.of(), 1);
        try (Scripted backend = new Scripted(BackendConnection::stall, BackendConnection::stall, says(OK))) {
            serve(retry, new Timeouts(0, 200), backend.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            recorded(3, "", "");
        }
        try (Scripted backend = new Scripted(BackendConnection::stall)) {
            proxy.clearRoutes();
            serve(retry, new Timeouts(0, 200), backend.port());
            RawResponse got = send("GET", "");
            assertThat(got.status()).isEqualTo(504);
            assertThat(got.header("x-torii-reason")).isEqualTo("UT backend_timeout");
            recorded(3, "URX,UT", "backend_timeout");
            assertThat(send("POST", "body").status()).isEqualTo(504);
            recorded(1, "UT", "backend_timeout");
            assertThat(backend.requests()).hasSize(4);
        }
    }

    /** Whatever it is, with its body. */
    @Test
    void whatNeverLeftIsSentAgainUntilItDoes() {
        try (Scripted backend = new Scripted(says(OK))) {
            serve(3, FreePort.find(), FreePort.find(), FreePort.find(), backend.port());
            for (int i = 0; i < 4; i++) {
                assertThat(send("POST", "body").status()).isEqualTo(200);
                assertThat(proxy.record().attempts()).isBetween(1, 4);
            }
            assertThat(backend.bodies()).containsExactly("body", "body", "body", "body");
        }
        proxy.clearRoutes();
        serve(2, FreePort.find());
        RawResponse got = send("POST", "body");
        assertThat(got.status()).isEqualTo(503);
        assertThat(got.header("x-torii-reason")).isEqualTo("UF connection_refused");
        recorded(3, "URX,UF", "connection_refused");
    }

    @Test
    void whereATryHasFailedNoOtherGoesWhileThereAreOthers() {
        try (Scripted bad = new Scripted(status(503));
                Scripted worse = new Scripted(connection -> connection.reset());
                Scripted good = new Scripted(says(OK))) {
            serve(2, bad.port(), worse.port(), good.port());
            for (int i = 1; i <= 6; i++) {
                assertThat(send("GET", "").status()).isEqualTo(200);
                assertThat(bad.requests().size()).isLessThanOrEqualTo(i);
                assertThat(worse.requests().size()).isLessThanOrEqualTo(i);
                assertThat(proxy.record().attempts()).isBetween(1, 3);
            }
            assertThat(bad.requests()).isNotEmpty();
            assertThat(good.requests()).hasSize(6);
        }
    }

    @Test
    void whenAllHaveFailedAnyIsAskedAgain() {
        try (Scripted one = new Scripted(status(503));
                Scripted other = new Scripted(status(503), status(503), status(503), says(OK))) {
            serve(9, one.port(), other.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            assertThat(one.requests()).isNotEmpty();
            assertThat(proxy.record().attempts()).isEqualTo(one.requests().size() + 4);
        }
    }

    @Test
    void aSessionLeavesAnEndpointThatFails() {
        SessionPersistence session = new SessionPersistence(SessionPersistence.Type.HEADER, "x-session", "/", 0, false);
        try (Scripted one = new Scripted(says(OK), status(503));
                Scripted other = new Scripted(says(OK))) {
            proxy.cluster("b", Cluster.Protocol.HTTP1, IN_TURN, ConnectionSettings.DEFAULT, one.port(), other.port())
                    .retry(new Retry(1, List.of(503), 1))
                    .rule(
                            new PathMatch.Prefix("/"),
                            List.of(new Backend(1, new Target.ToCluster("b"), List.of())),
                            Timeouts.NONE,
                            session,
                            null)
                    .apply();
            String token = "";
            while (one.requests().isEmpty()) {
                token = send("GET", "").header("x-session");
                proxy.record();
            }
            int before = other.requests().size();
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\nx-session: " + token + "\r\n\r\n");
                RawResponse got = client.readResponse();
                assertThat(got.status()).isEqualTo(200);
                assertThat(got.header("x-session"))
                        .as("it lives elsewhere now")
                        .isNotNull()
                        .isNotEqualTo(token);
            }
            assertThat(proxy.record().attempts()).isEqualTo(2);
            assertThat(one.requests()).hasSize(2);
            assertThat(other.requests()).hasSize(before + 1);
        }
    }

    @Test
    void eachTryWaitsAtLeastTheBackOff() {
        try (Scripted backend = new Scripted(status(503), status(503), says(OK))) {
            serve(new Retry(2, List.of(503), 150), Timeouts.NONE, backend.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            assertThat(recorded(3, "", "").durationNanos())
                    .isGreaterThan(Duration.ofMillis(300).toNanos());
        }
    }

    @Test
    void nothingIsTriedForAClientThatIsGone() {
        try (Scripted backend = new Scripted(status(503))) {
            serve(new Retry(2, List.of(503), 60_000), Timeouts.NONE, backend.port());
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(backend.awaitRequests(1)).isTrue();
            }
            recorded(1, "DC", "client_disconnected");
            assertThat(backend.requests()).hasSize(1);
        }
    }

    @Test
    void oneDeadlineHoldsOverAllTries() {
        try (Scripted backend = new Scripted(BackendConnection::stall)) {
            serve(new Retry(9, List.of(), 1), new Timeouts(500, 200), backend.port());
            RawResponse got = send("GET", "");
            assertThat(got.status()).isEqualTo(504);
            assertThat(got.header("x-torii-reason")).isEqualTo("DT request_timeout");
            ExchangeRecord record = proxy.record();
            assertThat(record.flags()).isEqualTo("DT");
            assertThat(record.attempts()).isBetween(2, 3);
        }
    }

    @Test
    void aBackOffBeyondTheDeadlineIsNotWaitedFor() {
        try (Scripted backend = new Scripted(status(503), says(OK))) {
            serve(new Retry(2, List.of(503), 100_000), new Timeouts(60_000, 0), backend.port());
            assertThat(send("GET", "").header("x-torii-reason")).isEqualTo("DT request_timeout");
            assertThat(recorded(1, "DT", "request_timeout").durationNanos())
                    .isLessThan(Duration.ofSeconds(30).toNanos());
        }
    }

    /** A backend that only fails, and clients that ask on and on: what is added to its load is bounded. */
    @Test
    void aStormOfRetriesStaysWithinTheBudget() {
        int requests = 300;
        int percent = 20;
        int perSecond = 5;
        try (Scripted backend = new Scripted(status(503))) {
            long begin = System.nanoTime();
            proxy.cluster(cluster(new Resilience.RetryBudget(percent, perSecond), backend.port()))
                    .retry(new Retry(5, List.of(503), 1))
                    .route("/", "b")
                    .apply();
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                for (int i = 0; i < requests; i++) {
                    RawResponse got =
                            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();
                    assertThat(got.status() + got.body()).isEqualTo("503busy");
                }
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            assertThat((double) backend.requests().size())
                    .isLessThanOrEqualTo(requests * (1 + percent / 100.0) + perSecond * (seconds + 1))
                    .isGreaterThanOrEqualTo(requests * 1.15);
            int refused = 0;
            for (int i = 0; i < requests; i++) {
                ExchangeRecord record = proxy.record();
                assertThat(record.flags()).isEqualTo("URX");
                assertThat(record.detail()).isIn("retry_budget_empty", "retries_used_up");
                refused += record.detail().equals("retry_budget_empty") ? 1 : 0;
            }
            assertThat(proxy.retriesRefused()).isEqualTo(refused).isGreaterThan(requests / 2);
        }
    }

    /** Also without a rule's word: what was lost is repeated, but not all of it by everybody. */
    @Test
    void aBackendThatLosesEverythingDoesNotGetItTwice() {
        int requests = 200;
        Act lost = connection -> {
            throw new java.io.IOException("done");
        };
        try (Scripted backend = new Scripted(lost)) {
            proxy.cluster(cluster(new Resilience.RetryBudget(20, 0), backend.port()))
                    .route("/", "b")
                    .apply();
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                for (int i = 0; i < requests; i++) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();
                }
            }
            assertThat(backend.requests()).hasSizeBetween(requests + requests / 10, requests + requests / 5);
        }
    }

    /** The one repeat that costs no backend anything does not need the budget; any other does. */
    @Test
    void withoutABudgetOnlyWhatNeverLeftIsRepeated() {
        Resilience.RetryBudget none = new Resilience.RetryBudget(0, 0);
        try (Scripted backend = new Scripted(connection -> connection.reset())) {
            proxy.cluster(cluster(none, backend.port()))
                    .retry(new Retry(5, List.of(503), 1))
                    .route("/", "b")
                    .apply();
            assertThat(send("GET", "").status()).isEqualTo(503);
            recorded(1, "URX,UC", "closed_before_answer");
            proxy.clearRoutes()
                    .cluster(cluster(none, FreePort.find(), FreePort.find(), FreePort.find()))
                    .retry(null)
                    .route("/", "b")
                    .apply();
            assertThat(send("GET", "").status()).isEqualTo(503);
            recorded(2, "URX,UF", "connection_refused");
        }
    }
}
