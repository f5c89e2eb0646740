package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.routing.IpText;
import dev.torii.routing.ListenerSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection from accept to close, whatever it speaks meanwhile: what is the same for all its requests,
 * worked out once; and the watch for clients that are too slow with a head or do nothing at all.
 */
final class ClientConnection {

    private static final AttributeKey<ClientConnection> KEY = AttributeKey.valueOf("torii.client");

    private final Channel channel;
    private final Door door;
    private final String address;
    private final String scheme;
    private final String serverName;
    private HttpPipeline.@Nullable Opening opening;
    private @Nullable HttpConnection http;
    private long headBegan;
    private long lastActive = System.nanoTime();
    private int active;
    private boolean leaving;
    private boolean refused;

    private ClientConnection(NetSocket socket, Door door) {
        this.channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        this.door = door;
        SocketAddress remote = socket.remoteAddress();
        this.address =
                remote == null || remote.hostAddress() == null ? "unknown" : IpText.canonical(remote.hostAddress());
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        this.scheme = tls == null ? "http" : "https";
        this.serverName = tls == null ? "" : serverName(tls.engine().getSession());
    }

    static ClientConnection of(NetSocket accepted, Door door) {
        ClientConnection client = new ClientConnection(accepted, door);
        client.channel.attr(KEY).set(client);
        return client;
    }

    static ClientConnection of(HttpServerRequest request) {
        return of(((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel());
    }

    static ClientConnection of(Channel channel) {
        ClientConnection client = channel.attr(KEY).get();
        if (client == null) {
            throw new IllegalStateException("a connection that was never accepted");
        }
        return client;
    }

    private static String serverName(SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return "";
    }

    Channel channel() {
        return channel;
    }

    /** What it came in by. */
    Door door() {
        return door;
    }

    /** IP address of the peer. */
    String address() {
        return address;
    }

    String scheme() {
        return scheme;
    }

    /** The SNI, lower case; {@code ""} when there was none. */
    String serverName() {
        return serverName;
    }

    boolean isTls() {
        return scheme.equals("https");
    }

    boolean isHttp2() {
        HttpConnection speaking = http;
        return speaking != null && speaking.protocolVersion() == HttpVersion.HTTP_2;
    }

    boolean isIdle() {
        return active == 0;
    }

    /** How far the connection is on its way to its first request. */
    void opening(HttpPipeline.Opening progress) {
        opening = progress;
    }

    /** It is known what the client speaks. */
    void speaks(HttpConnection connection) {
        http = connection;
    }

    /** A head is complete and its exchange begins. */
    void requestBegins() {
        active++;
        headBegan = 0;
    }

    void requestEnded() {
        active--;
        lastActive = System.nanoTime();
    }

    void close() {
        channel.close();
    }

    /** Tells an HTTP/2 client to go elsewhere with new requests (RFC 9113, 6.8); the others learn of it with an answer. */
    void goAway() {
        HttpConnection speaking = http;
        if (speaking != null && isHttp2() && !leaving) {
            leaving = true;
            speaking.shutdown(1, TimeUnit.HOURS);
        }
    }

    /** It speaks HTTP no more: others watch it from now on. */
    void leave() {
        active++;
    }

    /** It speaks HTTP no more, once the last answer is given; answers what came meanwhile, to be released. */
    ByteBuf rest() {
        HttpPipeline.Opening progress = opening;
        return progress == null ? Unpooled.EMPTY_BUFFER : progress.rest();
    }

    /** Called now and then: ends a connection whose client is too slow with a head, or does nothing for too long. */
    void check(long now, Plan plan, Worker worker) {
        if (active > 0) {
            return;
        }
        if (refused) {
            // It does not even read why.
            close();
            return;
        }
        ListenerSettings settings = door.settings(plan, serverName);
        HttpPipeline.Opening progress = opening;
        if (progress == null || isHttp2() || !progress.isWithinHead()) {
            headBegan = 0;
            if (isPast(now, lastActive, settings.idleTimeoutMs())) {
                close();
            }
        } else if (headBegan == 0) {
            headBegan = now;
        } else if (isPast(now, headBegan, settings.headerTimeoutMs())) {
            refused = true;
            Routing nowhere = Routing.nowhere(plan, this);
            int status = progress.answerTimeout(nowhere.requestId());
            worker.refused(nowhere, "", headBegan, new Decision.Refuse(Fault.SI, status, "header_timeout"));
        }
    }

    private static boolean isPast(long now, long since, long limitMs) {
        return limitMs > 0 && now - since > limitMs * 1_000_000;
    }
}
