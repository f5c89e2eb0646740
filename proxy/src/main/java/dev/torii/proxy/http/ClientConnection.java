package dev.torii.proxy.http;

import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Port;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;

/**
 * What is the same for all requests of one client connection, worked out once; and the watch for clients that are too
 * slow with a head. Sits in the HTTP/1 pipeline before the decoder, to see when a head begins.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {

    private final HttpConnection connection;
    private final int port;
    private final String address;
    private final String scheme;
    private final String serverName;
    private long headBegan;
    private long lastActive;
    private int active;

    ClientConnection(HttpConnection connection, int port, long now) {
        this.connection = connection;
        this.port = port;
        SocketAddress remote = connection.remoteAddress();
        this.address = remote == null || remote.hostAddress() == null ? "unknown" : remote.hostAddress();
        this.scheme = connection.isSsl() ? "https" : "http";
        this.serverName = connection.isSsl() ? serverName(connection.sslSession()) : "";
        this.headBegan = 0;
        this.lastActive = now;
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

    HttpConnection http() {
        return connection;
    }

    /** The port of the listener, as configured. */
    int port() {
        return port;
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
        return connection.protocolVersion() == HttpVersion.HTTP_2;
    }

    boolean isIdle() {
        return active == 0;
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

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (active == 0 && headBegan == 0) {
            headBegan = System.nanoTime();
        }
        ctx.fireChannelRead(message);
    }

    /** Called now and then: ends a connection whose client is too slow with a head, or does nothing for too long. */
    void check(long now, Plan plan) {
        ListenerSettings settings = settings(plan);
        if (active > 0) {
            return;
        }
        if (headBegan != 0 && isPast(now, headBegan, settings.headerTimeoutMs())) {
            headBegan = 0;
            Http1Pipeline.answerTimeout(connection);
        } else if (headBegan == 0 && isPast(now, lastActive, settings.idleTimeoutMs())) {
            connection.close();
        }
    }

    private ListenerSettings settings(Plan plan) {
        Port current = plan.port(port);
        Listener listener = current == null ? null : current.listenerFor(serverName);
        return listener == null ? ListenerSettings.DEFAULT : listener.settings();
    }

    private static boolean isPast(long now, long since, long limitMs) {
        return limitMs > 0 && now - since > limitMs * 1_000_000;
    }
}
