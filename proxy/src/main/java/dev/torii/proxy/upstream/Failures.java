package dev.torii.proxy.upstream;

import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** Names what went wrong in one lower_snake word. */
final class Failures {

    private Failures() {}

    static String ofConnect(Throwable cause) {
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
        return cause instanceof ConnectException ? "connection_refused" : "connect_failed";
    }
}
