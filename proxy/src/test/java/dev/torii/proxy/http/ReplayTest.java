package dev.torii.proxy.http;

import static dev.torii.proxy.http.Scripted.Act.says;
import static dev.torii.proxy.http.Scripted.Act.status;
import static dev.torii.proxy.http.Scripted.OK;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Filter;
import dev.torii.routing.Retry;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that go to a second try: small ones are kept, larger ones are not sent again once they left. */
class ReplayTest {

    private static final Retry RETRY = new Retry(2, List.of(503), 1);

    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
    }

    private void serve(int... ports) {
        proxy.cluster("b", ports).retry(RETRY).route("/", "b").apply();
    }

    private static String head(String length) {
        return "PUT / HTTP/1.1\r\nHost: a\r\n" + length + "\r\n\r\n";
    }

    private static String chunks(String body) {
        int half = body.length() / 2;
        return Integer.toHexString(half) + "\r\n" + body.substring(0, half) + "\r\n"
                + Integer.toHexString(body.length() - half) + "\r\n" + body.substring(half) + "\r\n0\r\n\r\n";
    }

    private int send(String body, boolean chunked) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send(
                    chunked
                            ? head("Transfer-Encoding: chunked") + chunks(body)
                            : head("Content-Length: " + body.length()) + body);
            return client.readResponse().status();
        }
    }

    /** Letters that tell a piece in the wrong place. */
    private static String body(int length) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < length; i++) {
            body.append((char) ('a' + (i / 7 + i) % 26));
        }
        return body.toString();
    }

    @ParameterizedTest
    @CsvSource({"1, false", "65536, false", "10, true", "65536, true"})
    void whatIsKeptIsSentAgainWhole(int length, boolean chunked) {
        String body = body(length);
        try (Scripted backend = new Scripted(status(503), connection -> connection.reset(), says(OK))) {
            serve(backend.port());
            assertThat(send(body, chunked)).isEqualTo(200);
            assertThat(proxy.record().attempts()).isEqualTo(3);
            assertThat(backend.bodies()).containsExactly(body, body, body);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsTooLargeToBeKeptIsNot(boolean chunked) {
        String body = body(RequestBody.MOST_KEPT + 1);
        try (Scripted backend = new Scripted(status(503), says(OK));
                Scripted other = new Scripted(says(OK))) {
            serve(backend.port());
            assertThat(send(body, chunked)).isEqualTo(503);
            ExchangeRecord record = proxy.record();
            assertThat(record.attempts()).isEqualTo(1);
            assertThat(record.flags()).isEmpty();
            proxy.clearRoutes();
            serve(FreePort.find(), FreePort.find(), other.port());
            assertThat(send(body, chunked)).as("it had not left").isEqualTo(200);
        }
    }

    /** The rest is still to come when the first answer does. */
    @Test
    void aBodyThatIsOvertakenByItsAnswerGoesToTheNextTryFromItsBeginning() {
        String body = body(1_000);
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            connection.readHead();
            if (connection.number() == 1) {
                connection.read(500);
                connection.send("HTTP/1.1 503 So\r\ncontent-length: 4\r\n\r\nbusy");
            } else {
                connection.read(500);
                connection.count("half");
                connection.count(new String(connection.read(500), US_ASCII));
                connection.send(OK);
            }
        })) {
            serve(backend.port());
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send(head("Content-Length: 1000") + body.substring(0, 500));
                assertThat(backend.awaitRequests(3)).isTrue();
                client.send(body.substring(500));
                assertThat(client.readResponse().status()).isEqualTo(200);
            }
            assertThat(backend.requests().get(3)).isEqualTo(body.substring(500));
            assertThat(proxy.record().attempts()).isEqualTo(2);
        }
    }

    @Test
    void aMirrorGetsItOnce() {
        String body = body(3_000);
        try (Scripted backend = new Scripted(status(503), status(503), says(OK));
                Scripted copies = new Scripted(says(OK))) {
            proxy.cluster("b", backend.port())
                    .cluster("m", copies.port())
                    .retry(RETRY)
                    .route("/", "b", Timeouts.NONE, new Filter.Mirror(new Target.ToCluster("m"), 1, 1))
                    .apply();
            assertThat(send(body, false)).isEqualTo(200);
            assertThat(proxy.record().attempts()).isEqualTo(3);
            assertThat(copies.awaitRequests(1)).isTrue();
            TestProxy.eventually("whole copies", () -> copies.bodies().size(), 1);
            assertThat(copies.bodies()).containsExactly(body);
            assertThat(backend.bodies()).containsExactly(body, body, body);
            assertThat(copies.requests()).hasSize(1);
        }
    }

    @Test
    void aClientThatGoesInTheMiddleLeavesNothingBehind() {
        try (Scripted backend = new Scripted(status(503))) {
            proxy.cluster("b", backend.port())
                    .retry(new Retry(2, List.of(503), 60_000))
                    .route("/", "b")
                    .apply();
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send(head("Content-Length: 10") + "0123456789");
                assertThat(backend.awaitRequests(1)).isTrue();
            }
            assertThat(proxy.record().flags()).isEqualTo("DC");
        }
    }
}
