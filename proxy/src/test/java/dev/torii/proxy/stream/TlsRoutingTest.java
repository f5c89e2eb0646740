package dev.torii.proxy.stream;

import static dev.torii.proxy.stream.TestStreams.nowhere;
import static dev.torii.proxy.stream.TestStreams.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.KeyPair;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Listening;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.ServerTls;
import dev.torii.testkit.TcpEchoServer;
import dev.torii.testkit.TlsClients;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which connection goes where, and what its ends see of it. */
class TlsRoutingTest {

    private static final Certificates GATEWAY_CA = Certificates.authority("Gateway CA");
    private static final Certificates BACKEND_CA = Certificates.authority("Backend CA");
    private static final Certificates.Leaf BACKEND = BACKEND_CA.issue("abc.example.com", "*.example.com");

    private final TestStreams streams = new TestStreams();

    @AfterEach
    void close() {
        streams.close();
    }

    @Test
    void passesTlsOnAsItIs() {
        TcpEchoServer backend = tlsBackend("tls-1");
        streams.cluster("b", backend.port())
                .passthrough("*.example.com", to("b"))
                .apply();

        try (RawHttp client = connect("abc.example.com", BACKEND_CA)) {
            assertThat(shown(client)).isEqualTo(BACKEND.certificate());
            JsonObject seen = test(client);
            assertThat(seen.getString("serverName")).isEqualTo("abc.example.com");
            assertThat(seen.getBoolean("tls")).isTrue();
        }
        ExchangeRecord record = streams.record();
        assertThat(record.fault()).isNull();
        assertThat(record.protocol()).isEqualTo("TLS");
        assertThat(record.authority()).isEqualTo("abc.example.com");
        assertThat(record.route()).isEqualTo("default/r0/0");
        assertThat(record.service()).isEqualTo("default/b");
        assertThat(record.endpoint()).isEqualTo("127.0.0.1:" + backend.port());
        assertThat(record.client()).isEqualTo("127.0.0.1");
        assertThat(record.snapshot()).isEqualTo("v1");
        assertThat(record.role()).isEqualTo("gateway");
        assertThat(record.attempts()).isEqualTo(1);
        assertThat(record.upstreamNanos()).isPositive();
        assertThat(record.bytesIn()).isGreaterThan(200);
        assertThat(record.bytesOut()).isGreaterThan(200);
    }

    @Test
    void endsTlsBeforeAPlainBackend() {
        TcpEchoServer backend = TcpEchoServer.start(streams.vertx(), Pod.of("plain"));
        Certificates.Leaf leaf = GATEWAY_CA.issue("tls.example.com");
        streams.cluster("b", backend.port())
                .terminate("tls.example.com", leaf, to("b"))
                .apply();

        try (RawHttp client = connect("tls.example.com", GATEWAY_CA)) {
            assertThat(shown(client)).isEqualTo(leaf.certificate());
            assertThat(test(client).getBoolean("tls")).isFalse();
        }
        ExchangeRecord record = streams.record();
        assertThat(record.bytesIn()).isEqualTo("TEST\n".length());
    }

    @Test
    void endsTlsAndSpeaksItAgainToTheBackend() {
        TcpEchoServer backend = tlsBackend("tls-1");
        Certificates.Leaf leaf = GATEWAY_CA.issue("tls.example.com");
        streams.cluster("b", trust("abc.example.com"), backend.port())
                .terminate("tls.example.com", leaf, to("b"))
                .apply();

        try (RawHttp client = connect("tls.example.com", GATEWAY_CA)) {
            JsonObject seen = test(client);
            assertThat(seen.getBoolean("tls")).isTrue();
            assertThat(seen.getString("serverName")).isEqualTo("abc.example.com");
        }
        assertThat(streams.record().fault()).isNull();
    }

    @Test
    void onePortHoldsBoth() {
        TcpEchoServer plain = TcpEchoServer.start(streams.vertx(), Pod.of("plain"));
        TcpEchoServer tls = tlsBackend("tls-1");
        streams.cluster("plain", plain.port())
                .cluster("tls", tls.port())
                .terminate("tls.example.com", GATEWAY_CA.issue("tls.example.com"), to("plain"))
                .passthrough("abc.example.com", to("tls"))
                .apply();

        try (RawHttp ended = connect("tls.example.com", GATEWAY_CA);
                RawHttp passed = connect("abc.example.com", BACKEND_CA)) {
            assertThat(test(ended).getString("service")).isEqualTo("plain");
            assertThat(test(passed).getString("service")).isEqualTo("tls-1");
        }
    }

    @Test
    void theMostSpecificListenerTakesTheName() {
        TcpEchoServer exact = tlsBackend("exact");
        TcpEchoServer wild = tlsBackend("wild");
        streams.cluster("exact", exact.port())
                .cluster("wild", wild.port())
                .passthrough("*.example.com", to("wild"))
                .passthrough("abc.example.com", to("exact"))
                .apply();

        assertThat(serviceFor("abc.example.com")).isEqualTo("exact");
        assertThat(serviceFor("ABC.example.com")).isEqualTo("exact");
        assertThat(serviceFor("other.example.com")).isEqualTo("wild");
    }

    @Test
    void aNameThatNobodyTakesIsClosedDuringTheHandshake() {
        TcpEchoServer backend = tlsBackend("tls-1");
        streams.cluster("b", backend.port())
                .passthrough("*.example.com", to("b"))
                .terminate("tls.example.org", GATEWAY_CA.issue("tls.example.org"), to("b"))
                .apply();

        assertRejected("non.matching.net", Fault.NR, "no_listener_for_server_name");
        assertRejected("example.com", Fault.NR, "no_listener_for_server_name");
        assertRejected("", Fault.NR, "no_listener_for_server_name");
        assertThat(backend.journal().all()).isEmpty();
    }

    @Test
    void aListenerWithoutARouteForTheNameRejectsIt() {
        TcpEchoServer backend = tlsBackend("tls-1");
        Certificates.Leaf leaf = GATEWAY_CA.issue("*.example.com");
        KeyPair pair = new KeyPair("s", leaf.certificatePem(), leaf.keyPem());
        streams.cluster("b", backend.port())
                .listener(
                        dev.torii.routing.Listener.Protocol.TLS_TERMINATE,
                        "*.example.com",
                        List.of(pair),
                        "abc.example.com",
                        to("b"))
                .apply();
        assertRejected("other.example.com", Fault.NR, "route_not_found");
    }

    @Test
    void aClientWithoutANameGetsTheListenerForAll() {
        TcpEchoServer backend = tlsBackend("tls-1");
        streams.cluster("b", backend.port()).passthrough("", to("b")).apply();
        try (RawHttp client = connect("", BACKEND_CA)) {
            assertThat(test(client).getString("serverName")).isEmpty();
        }
        assertThat(streams.record().authority()).isEmpty();
    }

    @Test
    void whatLeadsNowhereIsClosedAndTold() {
        streams.cluster("empty")
                .cluster(new Cluster(
                        "invalid",
                        "default/invalid",
                        Cluster.Protocol.AUTO,
                        List.of(),
                        LoadBalancing.DEFAULT,
                        ConnectionSettings.DEFAULT,
                        null,
                        "no_valid_ca"))
                .passthrough("ref.example.com", nowhere("backend_not_found"))
                .passthrough("weightless.example.com", to(0, "empty"))
                .passthrough("empty.example.com", to("empty"))
                .passthrough("invalid.example.com", to("invalid"))
                .apply();

        assertRejected("ref.example.com", Fault.NC, "backend_not_found");
        assertRejected("weightless.example.com", Fault.NC, "no_backend");
        assertRejected("empty.example.com", Fault.UH, "no_endpoint");
        assertRejected("invalid.example.com", Fault.UH, "no_valid_ca");
    }

    @Test
    void aBackendWhoseCertificateIsNotBelievedGetsNothing() {
        TcpEchoServer backend = tlsBackend("tls-1");
        Certificates.Leaf leaf = GATEWAY_CA.issue("*.example.com");
        UpstreamTls otherCa = new UpstreamTls("abc.example.com", List.of(), GATEWAY_CA.caPem(), null);
        streams.cluster("name", trust("wrong.example.org"), backend.port())
                .cluster("ca", otherCa, backend.port())
                .terminate("name.example.com", leaf, to("name"))
                .terminate("ca.example.com", leaf, to("ca"))
                .apply();

        for (String name : List.of("name.example.com", "ca.example.com")) {
            try (RawHttp client = connect(name, GATEWAY_CA)) {
                assertThat(client.readToEnd()).isEmpty();
            }
            ExchangeRecord record = streams.record();
            assertThat(record.fault()).isEqualTo(Fault.UF);
            assertThat(record.detail()).isEqualTo("tls_handshake_failed");
        }
        assertThat(backend.journal().all()).isEmpty();
    }

    @Test
    void presentsTheClientCertificate() {
        Certificates.Leaf ours = Certificates.authority("Client CA").issue("spiffe://mesh/gateway");
        EchoBackend backend = EchoBackend.startTls(
                streams.vertx(), Pod.of("b"), new ServerTls(BACKEND.certificatePem(), BACKEND.keyPem(), true));
        UpstreamTls tls = new UpstreamTls(
                "abc.example.com",
                List.of(),
                BACKEND_CA.caPem(),
                new KeyPair("default/client", ours.certificatePem(), ours.keyPem()));
        streams.cluster("b", tls, backend.port())
                .terminate("tls.example.com", GATEWAY_CA.issue("tls.example.com"), to("b"))
                .apply();

        try (RawHttp client = connect("tls.example.com", GATEWAY_CA)) {
            client.send("GET / HTTP/1.1\r\nHost: b\r\n\r\n");
            JsonObject seen = new JsonObject(client.readResponse().body()).getJsonObject("tls");
            assertThat(seen.getJsonArray("peerCertificates").getString(0).replaceAll("\\s", ""))
                    .isEqualTo(ours.certificatePem().replaceAll("\\s", ""));
        }
    }

    @Test
    void certificatesAndRoutesChangeUnderAnOpenConnection() {
        TcpEchoServer one = TcpEchoServer.start(streams.vertx(), Pod.of("one"));
        TcpEchoServer two = TcpEchoServer.start(streams.vertx(), Pod.of("two"));
        Certificates.Leaf before = GATEWAY_CA.issue("tls.example.com");
        Certificates.Leaf after = GATEWAY_CA.issue("tls.example.com");
        streams.cluster("one", one.port())
                .cluster("two", two.port())
                .terminate("tls.example.com", before, to("one"))
                .apply();
        int port = streams.port();
        try (RawHttp open = connect("tls.example.com", GATEWAY_CA)) {
            assertThat(test(open).getString("service")).isEqualTo("one");

            streams.terminate("tls.example.com", after, to("two")).apply();

            assertThat(streams.port()).isEqualTo(port);
            try (RawHttp later = connect("tls.example.com", GATEWAY_CA)) {
                assertThat(shown(later)).isEqualTo(after.certificate());
                assertThat(test(later).getString("service")).isEqualTo("two");
            }
            assertThat(streams.record().snapshot()).isEqualTo("v2");
            assertThat(open.send("PING\n").readUntil("\n")).isEqualTo("PONG\n");
        }
        assertThat(streams.record().snapshot()).isEqualTo("v1");
    }

    private TcpEchoServer tlsBackend(String service) {
        return TcpEchoServer.startTls(
                streams.vertx(), Pod.of(service), ServerTls.of(BACKEND.certificatePem(), BACKEND.keyPem()));
    }

    private static UpstreamTls trust(String serverName) {
        return new UpstreamTls(serverName, List.of(), BACKEND_CA.caPem(), null);
    }

    private RawHttp connect(String serverName, Certificates trusted) {
        return RawHttp.connectTls(
                Listening.HOST, streams.port(), TlsClients.trusting(trusted.caPem()), serverName, List.of());
    }

    private String serviceFor(String serverName) {
        try (RawHttp client = connect(serverName, BACKEND_CA)) {
            return test(client).getString("service");
        }
    }

    private static JsonObject test(RawHttp client) {
        assertThat(client.readUntil("\n")).isEqualTo(TcpEchoServer.GREETING + "\n");
        return new JsonObject(client.send("TEST\n").readUntil("\n"));
    }

    private static Certificate shown(RawHttp client) {
        try {
            return client.tls().getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertRejected(String serverName, Fault fault, String detail) {
        assertThatThrownBy(() -> connect(serverName, BACKEND_CA)).isInstanceOf(UncheckedIOException.class);
        ExchangeRecord record = streams.record();
        assertThat(record.fault()).isEqualTo(fault);
        assertThat(record.detail()).isEqualTo(detail);
        assertThat(record.authority()).isEqualTo(serverName);
    }
}
