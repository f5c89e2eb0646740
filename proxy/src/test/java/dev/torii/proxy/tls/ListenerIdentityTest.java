package dev.torii.proxy.tls;

import static dev.torii.proxy.tls.TestPorts.asking;
import static dev.torii.proxy.tls.TestPorts.https;
import static dev.torii.proxy.tls.TestPorts.listener;
import static dev.torii.proxy.tls.TestPorts.pair;
import static dev.torii.proxy.tls.TestPorts.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.routing.KeyPair;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Port;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.TlsClients;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.UncheckedIOException;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
class ListenerIdentityTest {

    private static final Certificates CA = Certificates.authority("Gateway CA");
    private static final KeyCertOptions UNUSED = unused(CA.issue("unused"));
    private static final String LOOPBACK = "127.0.0.1";

    private final Vertx vertx = Vertx.vertx();
    private final List<RawHttp> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(RawHttp::close);
        vertx.close().await();
    }

    @ParameterizedTest
    @EnumSource
    void serverNamePicksTheListener(TlsEngine engine) {
        Certificates.Leaf any = CA.issue("any.example");
        Certificates.Leaf exact = CA.issue("shop.example");
        Certificates.Leaf wild = CA.issue("*.wild.example");
        int port = serve(
                engine,
                port(https("", pair(any)), https("shop.example", pair(exact)), https("*.wild.example", pair(wild))));

        assertThat(shown(port, "shop.example")).isEqualTo(exact.certificate());
        assertThat(shown(port, "SHOP.example")).isEqualTo(exact.certificate());
        assertThat(shown(port, "a.wild.example")).isEqualTo(wild.certificate());
        assertThat(shown(port, "unknown.example")).isEqualTo(any.certificate());
        assertThat(shown(port, "")).isEqualTo(any.certificate());
    }

    @ParameterizedTest
    @EnumSource
    void unknownNameIsRefusedByAlert(TlsEngine engine) {
        int port = serve(engine, port(https("shop.example", pair(CA.issue("shop.example")))));

        assertThatThrownBy(() -> connect(port, "other.example"))
                .isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(SSLException.class)
                .hasMessageContaining("unrecognized_name");
        assertThat(shown(port, "shop.example")).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void noNameGetsTheFirstListenerWhenAllHaveHostnames(TlsEngine engine) {
        Certificates.Leaf first = CA.issue("a.example");
        int port =
                serve(engine, port(https("a.example", pair(first)), https("b.example", pair(CA.issue("b.example")))));
        assertThat(shown(port, "")).isEqualTo(first.certificate());
    }

    @ParameterizedTest
    @EnumSource
    void nameOfAPassthroughListenerIsNotOurs(TlsEngine engine) {
        int port = serve(
                engine,
                port(
                        https("", pair(CA.issue("any.example"))),
                        listener(Listener.Protocol.TLS_PASSTHROUGH, "raw.example")));
        assertThatThrownBy(() -> connect(port, "raw.example")).hasMessageContaining("unrecognized_name");
    }

    @ParameterizedTest
    @EnumSource
    void amongCertificatesTheNameWinsThenTheFirst(TlsEngine engine) {
        Certificates.Leaf rsa = CA.issueRsa("shop.example");
        Certificates.Leaf other = CA.issue("other.example");
        int named = serve(engine, port(https("", pair(other), pair(rsa))));
        assertThat(shown(named, "shop.example")).isEqualTo(rsa.certificate());
        assertThat(shown(named, "other.example")).isEqualTo(other.certificate());
        assertThat(shown(named, "third.example")).isEqualTo(other.certificate());
    }

    @ParameterizedTest
    @EnumSource
    void ofTwoKindsTheClientGetsOneItCanVerify(TlsEngine engine) {
        Certificates.Leaf rsa = CA.issueRsa("shop.example");
        Certificates.Leaf ec = CA.issue("shop.example");
        int port = serve(engine, port(https("", pair(rsa), pair(ec))));

        assertThat(shownTls12(port, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")).isEqualTo(ec.certificate());
        if (engine == TlsEngine.JDK) {
            // OpenSSL tells of the client's signatures, not of its cipher suites.
            assertThat(shownTls12(port, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
                    .isEqualTo(rsa.certificate());
        }
    }

    @ParameterizedTest
    @EnumSource
    void certificatesChangeUnderAnOpenConnection(TlsEngine engine) {
        Certificates.Leaf before = CA.issue("shop.example");
        Certificates.Leaf after = CA.issue("shop.example");
        ListenerIdentity identity = identity(engine, port(https("shop.example", pair(before))));
        int port = serve(identity);
        RawHttp open = connect(port, "shop.example");
        assertThat(get(open)).contains("200 OK");

        assertThat(identity.update(port(https("shop.example", pair(after))))).isEmpty();

        assertThat(shown(port, "shop.example")).isEqualTo(after.certificate());
        assertThat(get(open)).contains("200 OK");
    }

    @ParameterizedTest
    @EnumSource
    void listenersComeAndGoWithoutTouchingTheSocket(TlsEngine engine) {
        Port one = port(https("a.example", pair(CA.issue("a.example"))));
        ListenerIdentity identity = identity(engine, one);
        int port = serve(identity);
        assertThatThrownBy(() -> connect(port, "b.example")).hasMessageContaining("unrecognized_name");

        identity.update(port(https("b.example", pair(CA.issue("b.example")))));

        assertThat(shown(port, "b.example")).isNotNull();
        assertThatThrownBy(() -> connect(port, "a.example")).hasMessageContaining("unrecognized_name");
    }

    @ParameterizedTest
    @EnumSource
    void unreadableCertificatesAreLeftOutAndTold(TlsEngine engine) {
        Certificates.Leaf good = CA.issue("shop.example");
        KeyPair garbage = new KeyPair("ns/garbage", "hello", "world");
        KeyPair mixed = new KeyPair(
                "ns/mixed", good.certificatePem(), CA.issue("x.example").keyPem());
        ListenerIdentity identity = new ListenerIdentity(port(https("shop.example")), engine);

        List<String> problems =
                identity.update(port(https("shop.example", garbage, mixed, pair(good)), https("sad.example", garbage)));

        assertThat(problems)
                .containsExactlyInAnyOrder(
                        "listener ns/gw/sad.example: certificate ns/garbage: no certificate in PEM form",
                        "listener ns/gw/shop.example: certificate ns/garbage: no certificate in PEM form",
                        "listener ns/gw/shop.example: certificate ns/mixed: the key does not belong to the certificate");
        int port = serve(identity);
        assertThat(shown(port, "shop.example")).isEqualTo(good.certificate());
        assertThatThrownBy(() -> connect(port, "sad.example")).hasCauseInstanceOf(SSLException.class);
    }

    @ParameterizedTest
    @CsvSource({"JDK,h2,h2", "JDK,http/1.1,http/1.1", "JDK,,''", "OPENSSL,h2,h2", "OPENSSL,,''"})
    void agreesOnTheProtocol(TlsEngine engine, String offered, String agreed) {
        int port = serve(engine, port(https("", pair(CA.issue("shop.example")))));
        RawHttp client = RawHttp.connectTls(
                LOOPBACK,
                port,
                TlsClients.trusting(CA.caPem()),
                "shop.example",
                offered == null ? List.of() : List.of(offered));
        clients.add(client);
        assertThat(client.tls().getApplicationProtocol()).isEqualTo(agreed);
    }

    @ParameterizedTest
    @EnumSource
    void theNameReachesTheRequestHandler(TlsEngine engine) {
        int port = serve(engine, port(https("", pair(CA.issue("shop.example")))));
        assertThat(get(connect(port, "shop.example"))).endsWith("name=shop.example");
        assertThat(get(connect(port, ""))).endsWith("name=null");
    }

    /** With the same client contexts all along, so that sessions of before are offered and must not count. */
    @ParameterizedTest
    @EnumSource
    void clientsShowTheCertificateThatIsAskedForOrGetNowhere(TlsEngine engine) {
        Certificates friends = Certificates.authority("Friends");
        Certificates others = Certificates.authority("Others");
        KeyPair own = pair(CA.issue("shop.example"));
        SSLContext nobody = TlsClients.trusting(CA.caPem());
        SSLContext friend = presenting(friends.issue("friend.example"));
        SSLContext stranger = presenting(others.issue("stranger.example"));
        ListenerIdentity identity = identity(engine, port(https("", own)));
        int port = serve(identity);
        assertThat(get(connect(port, nobody))).contains("200 OK");
        assertThat(get(connect(port, stranger))).contains("200 OK");
        RawHttp before = connect(port, nobody);

        assertThat(identity.update(port(asking(friends.caPem(), own)))).isEmpty();
        assertThat(get(connect(port, friend))).contains("200 OK");
        assertIsRefused(port, nobody);
        assertIsRefused(port, stranger);
        assertThat(get(before)).as("an open connection is not asked again").contains("200 OK");

        identity.update(port(asking(others.caPem(), own)));
        assertIsRefused(port, friend);
        assertThat(get(connect(port, stranger))).contains("200 OK");

        identity.update(port(https("", own)));
        assertThat(get(connect(port, nobody))).contains("200 OK");
    }

    @ParameterizedTest
    @EnumSource
    void whoCannotBeCheckedIsNotLetIn(TlsEngine engine) {
        Certificates friends = Certificates.authority("Friends");
        KeyPair own = pair(CA.issue("shop.example"));
        ListenerIdentity identity = new ListenerIdentity(port(https("", own)), engine);
        int port = serve(identity);
        SSLContext friend = presenting(friends.issue("friend.example"));

        assertThat(identity.update(port(asking(friends.caPem(), own), https("a.example", own))))
                .containsExactly("port 443: its listeners ask different certificates of clients");
        assertIsRefused(port, friend);
        assertThat(identity.update(port(asking("garbage", own))))
                .containsExactly("port 443: CA certificates for clients: no certificate in PEM form");
        assertIsRefused(port, friend);
        assertThat(identity.update(port(asking(friends.caPem(), own)))).isEmpty();
        assertThat(get(connect(port, friend))).contains("200 OK");
    }

    private static SSLContext presenting(Certificates.Leaf leaf) {
        return TlsClients.presenting(CA.caPem(), leaf.certificatePem(), leaf.keyPem());
    }

    private RawHttp connect(int port, SSLContext context) {
        RawHttp client = RawHttp.connectTls(LOOPBACK, port, context, "shop.example", List.of("http/1.1"));
        clients.add(client);
        return client;
    }

    /** With TLS 1.3 a client may learn of it only when it wants an answer. */
    private void assertIsRefused(int port, SSLContext context) {
        assertThatThrownBy(() -> get(connect(port, context))).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void theLongestHandshakeCounts() {
        assertThat(ListenerIdentity.handshakeTimeoutMs(port(https(""), https("a.example"))))
                .isEqualTo(ListenerSettings.DEFAULT.handshakeTimeoutMs());
    }

    private int serve(TlsEngine engine, Port port) {
        return serve(identity(engine, port));
    }

    private static ListenerIdentity identity(TlsEngine engine, Port port) {
        ListenerIdentity identity = new ListenerIdentity(port, engine);
        assertThat(identity.update(port)).isEmpty();
        return identity;
    }

    private int serve(ListenerIdentity identity) {
        HttpServer server = vertx.httpServerBuilder()
                .with(new HttpServerConfig(new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setHost(LOOPBACK)
                        .setPort(0)))
                // Vert.x wants a key of its own, and never uses it.
                .with(new ServerSSLOptions().setUseAlpn(true).setKeyCertOptions(UNUSED))
                .with(new IdentityEngineOptions(identity))
                .build();
        server.requestHandler(
                request -> request.response().end("name=" + request.connection().indicatedServerName()));
        return server.listen().await().actualPort();
    }

    private static KeyCertOptions unused(Certificates.Leaf leaf) {
        return new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(leaf.certificatePem()))
                .addKeyValue(Buffer.buffer(leaf.keyPem()));
    }

    private RawHttp connect(int port, String serverName) {
        RawHttp client =
                RawHttp.connectTls(LOOPBACK, port, TlsClients.trusting(CA.caPem()), serverName, List.of("http/1.1"));
        clients.add(client);
        return client;
    }

    private static String get(RawHttp client) {
        client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
        var response = client.readResponse();
        return response.status() + " " + (response.status() == 200 ? "OK " : "") + response.body();
    }

    private Certificate shown(int port, String serverName) {
        return shown(connect(port, serverName).tls());
    }

    private Certificate shownTls12(int port, String cipher) {
        try {
            SSLContext context = TlsClients.trusting(CA.caPem());
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(LOOPBACK, port);
            try (socket) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setProtocols(new String[] {"TLSv1.2"});
                parameters.setCipherSuites(new String[] {cipher});
                parameters.setServerNames(List.of(new javax.net.ssl.SNIHostName("shop.example")));
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return shown(socket);
            }
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Certificate shown(SSLSocket socket) {
        try {
            return socket.getSession().getPeerCertificates()[0];
        } catch (SSLException e) {
            throw new UncheckedIOException(e);
        }
    }
}
