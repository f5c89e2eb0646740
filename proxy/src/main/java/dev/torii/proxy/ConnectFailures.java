package dev.torii.proxy;

import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** Names why no connection came about, in one lower_snake word. */
public final class ConnectFailures {

    /** When it is none of those that have a name. */
    public static final String OTHER = "connect_failed";

    private ConnectFailures() {}

    public static String of(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "connect_timeout";
        }
        if (cause instanceof SSLException) {
            return "tls_handshake_failed";
        }
        if (cause instanceof UnknownHostException) {
            return "unknown_host";
        }
        if (cause instanceof NoRouteToHostException) {
            return "no_route_to_host";
        }
        return cause instanceof ConnectException ? "connection_refused" : OTHER;
    }
}
