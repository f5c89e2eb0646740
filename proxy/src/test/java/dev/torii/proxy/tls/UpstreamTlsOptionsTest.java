package dev.torii.proxy.tls;

import static dev.torii.proxy.tls.TestPorts.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.routing.KeyPair;
import dev.torii.routing.UpstreamTls;
import dev.torii.routing.UpstreamTls.SubjectAltName;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.Pod;
import dev.torii.testkit.ServerTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

@ExtendWith(NoLeaks.class)
class UpstreamTlsOptionsTest {

    private static final Certificates CA = Certificates.authority("Backend CA");
    private static final String LOOPBACK = "127.0.0.1";
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";

    /** How a connection is made: by Vert.x' client or by a bare pipeline. */
    enum Way {
        VERTX,
        NETTY
    }

    static final List<Arguments> WAYS = Stream.of(TlsEngine.values())
            .flatMap(engine -> Stream.of(Way.values()).map(way -> Arguments.of(engine, way)))
            .toList();

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));

    /** A client that nobody holds on to is closed, with its connections, by the garbage collector. */
    private final List<NetClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @ParameterizedTest
    @FieldSource("WAYS")
    void believesTheNameAndSendsIt(TlsEngine engine, Way way) {
        int port = backend(CA.issue("a.example", "*.b.example"));
        assertThat(ask(engine, way, port, trust("a.example")).getString("serverName"))
                .isEqualTo("a.example");
        assertThat(ask(engine, way, port, trust("x.b.example")).getString("serverName"))
                .isEqualTo("x.b.example");
    }

    @ParameterizedTest
    @FieldSource("WAYS")
    void refusesAnotherName(TlsEngine engine, Way way) {
        int port = backend(CA.issue("a.example", "*.b.example", LOOPBACK));
        assertRefused(engine, way, port, trust("c.example"), "the backend's certificate is not for c.example");
        assertRefused(engine, way, port, trust("b.example"), "not for b.example");
        assertRefused(engine, way, port, trust("x.y.b.example"), "not for x.y.b.example");
    }

    @ParameterizedTest
    @FieldSource("WAYS")
    void anyAlternativeNameWillDoAndTheServerNameDoesNotCount(TlsEngine engine, Way way) {
        int port = backend(CA.issue("a.example", "spiffe://mesh/shop"));
        assertThat(ask(engine, way, port, trust("sni.example", uri("spiffe://mesh/other"), uri("spiffe://mesh/shop")))
                        .getString("serverName"))
                .isEqualTo("sni.example");
        assertThat(ask(engine, way, port, trust("sni.example", host("A.example"))))
                .isNotNull();
        assertThat(ask(engine, way, port, trust("sni.example", host("*.example"))))
                .isNotNull();
        String problem = "none of the wanted alternative names";
        assertRefused(engine, way, port, trust("a.example", host("b.example")), problem);
        assertRefused(engine, way, port, trust("a.example", uri("spiffe://mesh")), problem);
        assertRefused(engine, way, port, trust("a.example", uri("a.example")), problem);
    }

    @ParameterizedTest
    @FieldSource("WAYS")
    void refusesAnotherAuthorityAndAnExpiredCertificate(TlsEngine engine, Way way) {
        String other = Certificates.authority("Backend CA").caPem();
        int port = backend(CA.issue("a.example"));
        assertRefused(engine, way, port, new UpstreamTls("a.example", List.of(), other, null), "");
        assertRefused(engine, way, port, new UpstreamTls("a.example", List.of(), null, null), "");
        assertRefused(engine, way, backend(CA.issueExpired("a.example")), trust("a.example"), "");
    }

    @ParameterizedTest
    @FieldSource("WAYS")
    void aCertificateMayVouchForItself(TlsEngine engine, Way way) {
        Certificates.Leaf self = Certificates.selfSigned("a.example");
        UpstreamTls tls = new UpstreamTls("a.example", List.of(), self.certificatePem(), null);
        assertThat(ask(engine, way, backend(self), tls)).isNotNull();
    }

    @ParameterizedTest
    @FieldSource("WAYS")
    void presentsTheClientCertificate(TlsEngine engine, Way way) {
        Certificates.Leaf client = Certificates.authority("Client CA").issue("spiffe://mesh/gateway");
        int port = backend(CA.issue("a.example"));
        UpstreamTls with = new UpstreamTls("a.example", List.of(), CA.caPem(), pair(client));

        assertThat(peerCertificates(ask(engine, way, port, with)))
                .containsExactly(client.certificatePem().replaceAll("\\s", ""));
        assertThat(peerCertificates(ask(engine, way, port, trust("a.example")))).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("WAYS")
    void agreesOnTheProtocol(TlsEngine engine, Way way) {
        int port = backend(CA.issue("a.example"));
        ClientTls tls = ready(engine, trust("a.example"));
        String answer = exchange(engine, way, port, tls, List.of("http/1.1")).await();
        assertThat(answer).startsWith("HTTP/1.1 200");
    }

    @Test
    void whatCannotBeUsedIsOneClearLine() {
        KeyPair garbage = new KeyPair("ns/client", "x", "y");
        String old = Certificates.expiredAuthority("Old CA").caPem();
        assertThat(problem("a.example", "garbage", null)).isEqualTo("CA certificate: no certificate in PEM form");
        assertThat(problem("a.example", "", null)).isEqualTo("CA certificate: no certificate in PEM form");
        assertThat(problem("a.example", old, null)).startsWith("CA certificate CN=Old CA expired on 2");
        assertThat(problem("a.example", CA.caPem(), garbage))
                .isEqualTo("client certificate ns/client: no certificate in PEM form");
        assertThat(problem("a..example", CA.caPem(), null)).isEqualTo("\"a..example\" cannot be a server name");
        assertThat(problem("", CA.caPem(), null)).isEqualTo("\"\" cannot be a server name");
    }

    @Test
    void anExpiredAuthorityBesideAGoodOneDoesNoHarm() {
        String both = Certificates.expiredAuthority("Old CA").caPem() + CA.caPem();
        UpstreamTls tls = new UpstreamTls("a.example", List.of(), both, null);
        assertThat(ask(TlsEngine.JDK, Way.NETTY, backend(CA.issue("a.example")), tls))
                .isNotNull();
    }

    @Test
    void equalOnesAreBuiltOnceUntilForgotten() {
        UpstreamTlsOptions options = options(TlsEngine.JDK);
        UpstreamTls tls = trust("a.example");
        assertThat(options.built(tls)).isNull();
        UpstreamTlsOptions.Result first = options.of(tls);
        assertThat(options.of(trust("a.example"))).isSameAs(first);
        assertThat(options.built(trust("a.example"))).isSameAs(first);

        options.retain(Set.of(trust("b.example")));

        assertThat(options.built(tls)).isNull();
    }

    private static UpstreamTls trust(String serverName, SubjectAltName... names) {
        return new UpstreamTls(serverName, List.of(names), CA.caPem(), null);
    }

    private static SubjectAltName host(String value) {
        return new SubjectAltName(SubjectAltName.Type.HOSTNAME, value);
    }

    private static SubjectAltName uri(String value) {
        return new SubjectAltName(SubjectAltName.Type.URI, value);
    }

    private static UpstreamTlsOptions options(TlsEngine engine) {
        return new UpstreamTlsOptions(InstantSource.system(), () -> engine);
    }

    private static ClientTls ready(TlsEngine engine, UpstreamTls tls) {
        return ((UpstreamTlsOptions.Result.Ready) options(engine).of(tls)).tls();
    }

    private static String problem(String serverName, String ca, @Nullable KeyPair client) {
        UpstreamTls tls = new UpstreamTls(serverName, List.of(), ca, client);
        return ((UpstreamTlsOptions.Result.Invalid) options(TlsEngine.JDK).of(tls)).problem();
    }

    private int backend(Certificates.Leaf leaf) {
        return EchoBackend.startTls(vertx, Pod.of("b1"), new ServerTls(leaf.certificatePem(), leaf.keyPem(), true))
                .port();
    }

    private JsonObject ask(TlsEngine engine, Way way, int port, UpstreamTls tls) {
        String answer =
                exchange(engine, way, port, ready(engine, tls), List.of()).await();
        return new JsonObject(answer.substring(answer.indexOf("\r\n\r\n") + 4)).getJsonObject("tls");
    }

    private static List<String> peerCertificates(JsonObject seen) {
        return seen.getJsonArray("peerCertificates").stream()
                .map(pem -> pem.toString().replaceAll("\\s", ""))
                .toList();
    }

    private void assertRefused(TlsEngine engine, Way way, int port, UpstreamTls tls, String why) {
        Future<String> answer = exchange(engine, way, port, ready(engine, tls), List.of());
        assertThatThrownBy(answer::await)
                .hasStackTraceContaining("SSLHandshakeException")
                .hasStackTraceContaining(why);
    }

    private Future<String> exchange(TlsEngine engine, Way way, int port, ClientTls tls, List<String> alpn) {
        return way == Way.VERTX ? byVertx(engine, port, tls, alpn) : byNetty(port, tls, alpn);
    }

    private Future<String> byVertx(TlsEngine engine, int port, ClientTls tls, List<String> alpn) {
        NetClient client = vertx.createNetClient(new NetClientOptions().setSslEngineOptions(engine.options()));
        clients.add(client);
        return client.connect(new ConnectOptions()
                        .setHost(LOOPBACK)
                        .setPort(port)
                        .setSsl(true)
                        .setSslOptions(tls.clientOptions(alpn))
                        .setSniServerName(tls.serverName()))
                .compose(UpstreamTlsOptionsTest::readAll);
    }

    private static Future<String> readAll(NetSocket socket) {
        Promise<String> all = Promise.promise();
        StringBuilder text = new StringBuilder();
        socket.handler(text::append);
        socket.exceptionHandler(all::tryFail);
        socket.closeHandler(closed -> all.tryComplete(text.toString()));
        socket.write(REQUEST);
        return all.future();
    }

    private Future<String> byNetty(int port, ClientTls tls, List<String> alpn) {
        Promise<String> all = Promise.promise();
        new Bootstrap()
                .group(((VertxInternal) vertx).nettyEventLoopGroup())
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler handler = tls.handler(channel.alloc(), LOOPBACK, port, alpn);
                        handler.handshakeFuture().addListener(done -> {
                            if (done.isSuccess()) {
                                channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), REQUEST));
                            } else {
                                all.tryFail(done.cause());
                            }
                        });
                        channel.pipeline().addLast(handler, new ReadAll(all));
                    }
                })
                .connect(LOOPBACK, port)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        all.tryFail(connected.cause());
                    }
                });
        return all.future();
    }

    private static final class ReadAll extends SimpleChannelInboundHandler<ByteBuf> {

        private final Promise<String> all;
        private final StringBuilder text = new StringBuilder();

        ReadAll(Promise<String> all) {
            this.all = all;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
            text.append(bytes.toString(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            all.tryComplete(text.toString());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            all.tryFail(cause);
        }
    }
}
