package dev.torii.routing;

/**
 * One address of a Service.
 *
 * @param host an IP address (or, in files, a host name)
 */
public record Endpoint(String host, int port) {

    /** {@code host:port}, IPv6 in brackets. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
