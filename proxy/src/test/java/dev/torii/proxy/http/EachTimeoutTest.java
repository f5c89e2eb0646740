package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.Cluster.Protocol;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Timeouts;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every time limit that a request can run into, as a table: which one it was can be told from flag and reason alone. Not
 * here, because they need more: {@code UF connect_timeout} (RetryTest) and {@code UO queue_timeout}, the wait for a place
 * in a Service's concurrency limit.
 */
class EachTimeoutTest {

    private enum Limit {
        A_REQUEST_WITH_ALL_ITS_TRIES("DT request_timeout", 504, new Timeouts(300, 0)),
        ONE_TRY("UT backend_timeout", 504, new Timeouts(0, 300)),
        SILENCE_ON_BOTH_SIDES("SI stream_idle", 408, Timeouts.NONE),
        A_HEAD_THAT_DOES_NOT_END("SI header_timeout", 408, Timeouts.NONE),
        TLS_WITH_A_BACKEND("UF tls_handshake_timeout", 503, Timeouts.NONE),
        SETTINGS_OF_AN_HTTP2_BACKEND("UF no_http2", 503, Timeouts.NONE);

        final String reason;
        final int status;
        final Timeouts timeouts;

        Limit(String reason, int status, Timeouts timeouts) {
            this.reason = reason;
            this.status = status;
            this.timeouts = timeouts;
        }
    }

    private final MisbehavingBackend silent = MisbehavingBackend.start(connection -> connection.stall());
    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
        silent.close();
    }

    private Cluster cluster(Limit limit) {
        return cluster(limit, 10);
    }

    private Cluster cluster(Limit limit, int maxConnections) {
        Protocol protocol = limit == Limit.SETTINGS_OF_AN_HTTP2_BACKEND ? Protocol.HTTP2 : Protocol.HTTP1;
        @Nullable
        UpstreamTls tls = limit == Limit.TLS_WITH_A_BACKEND ? new UpstreamTls("b", List.of(), null, null) : null;
        return new Cluster(
                "b",
                "default/b",
                protocol,
                List.of(new Endpoint("127.0.0.1", silent.port())),
                LoadBalancing.DEFAULT,
                new ConnectionSettings(300, 4_000, maxConnections),
                tls,
                null);
    }

    private static ListenerSettings settings(Limit limit) {
        long headerMs = limit == Limit.A_HEAD_THAT_DOES_NOT_END ? 300 : 60_000;
        long idleMs = limit == Limit.SILENCE_ON_BOTH_SIDES ? 300 : 60_000;
        return new ListenerSettings(0, false, false, 8192, 65536, 128, 0, headerMs, idleMs, 10_000);
    }

    @ParameterizedTest
    @EnumSource
    void hasItsOwnFlagAndReason(Limit limit) {
        proxy.settings(settings(limit))
                .cluster(cluster(limit))
                .route("/", "b", limit.timeouts)
                .apply();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.timeout(Duration.ofSeconds(30));
            client.send("GET / HTTP/1.1\r\nHost: a\r\n" + (limit == Limit.A_HEAD_THAT_DOES_NOT_END ? "" : "\r\n"));
            String answer = client.readUntil("\r\n\r\n");
            assertThat(answer)
                    .startsWith("HTTP/1.1 " + limit.status)
                    .containsIgnoringCase("x-torii-reason: " + limit.reason + "\r\n");
        }
        ExchangeRecord record = proxy.record();
        assertThat(record.flags() + " " + record.detail()).isEqualTo(limit.reason);
        assertThat(record.status()).isEqualTo(limit.status);
    }

    /** All connections that the backend may have are in use. */
    @Test
    void aConnectionThatDoesNotBecomeFreeHasItsOwnToo() {
        proxy.settings(settings(Limit.ONE_TRY))
                .cluster(cluster(Limit.ONE_TRY, 1))
                .route("/", "b")
                .apply();
        try (RawHttp first = RawHttp.connect(proxy.port());
                RawHttp second = RawHttp.connect(proxy.port())) {
            first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(silent.awaitConnections(1)).isTrue();
            second.timeout(Duration.ofSeconds(30));
            second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(second.readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 503")
                    .containsIgnoringCase("x-torii-reason: UO connection_queue_timeout\r\n");
        }
    }

    @Test
    void noTwoAreAlike() {
        Set<String> reasons = new HashSet<>();
        for (Limit limit : Limit.values()) {
            assertThat(reasons.add(limit.reason)).as(limit.reason).isTrue();
        }
    }
}
