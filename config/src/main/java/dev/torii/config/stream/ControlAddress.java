package dev.torii.config.stream;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where control is.
 *
 * @param tls whether the connection is encrypted, and control's certificate checked
 * @param host a name, of which all addresses are tried, or an address; IPv6 without brackets
 */
public record ControlAddress(boolean tls, String host, int port) {

    /** Where control listens unless told otherwise. */
    public static final int DEFAULT_PORT = 15_010;

    /**
     * Reads a URL: {@code https://HOST[:PORT]}, or {@code http://…} where nobody can listen in.
     *
     * @throws IllegalArgumentException when it is none, with one line that says what it must be
     */
    public static ControlAddress of(String url) {
        try {
            URI uri = new URI(url);
            String scheme = String.valueOf(uri.getScheme());
            String host = uri.getHost();
            boolean tls = scheme.equals("https");
            if ((tls || scheme.equals("http"))
                    && host != null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null
                    && uri.getPort() <= 65_535
                    && uri.getPort() != 0) {
                String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
                return new ControlAddress(tls, name, uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
            }
        } catch (URISyntaxException e) {
            // told below, with all else that is none
        }
        throw new IllegalArgumentException("a URL as in https://torii-control.torii-system:15010, not '" + url + "'");
    }

    /** {@code HOST:PORT}. */
    String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority();
    }
}
