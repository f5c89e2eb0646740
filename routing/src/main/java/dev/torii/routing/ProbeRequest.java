package dev.torii.routing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that a person wonders about, made of a method, an absolute URL and headers. A {@code Host} header counts
 * more than the URL's host, so a gateway can be asked by its address.
 *
 * @param server the URL's host, which in a mesh decides: an app connects to it, whatever {@code Host} says
 * @param port of the URL, or its scheme's own
 * @param path in the form that the data plane compares: see {@link PathNormalizer}
 * @param headers names lower case, values of one name joined with a comma
 */
public record ProbeRequest(
        String method,
        String scheme,
        String server,
        String host,
        int port,
        String path,
        Map<String, String> parameters,
        Map<String, String> headers)
        implements RequestView {

    private static final int HIGHEST_PORT = 65_535;
    private static final int HEX = 16;

    public ProbeRequest {
        parameters = Map.copyOf(parameters);
        headers = Map.copyOf(headers);
    }

    /**
     * Reads one.
     *
     * @param url {@code http://shop.example:8080/cart?item=1}
     * @param lines name, value, name, value, …
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static ProbeRequest of(String method, String url, List<String> lines) {
        int schemeEnd = Math.max(0, url.indexOf("://"));
        String scheme = url.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
        int start = Math.min(url.length(), schemeEnd + "://".length());
        int pathStart = firstOf(url, start, "/?#");
        String authority = url.substring(start, pathStart);
        authority = authority.substring(authority.lastIndexOf('@') + 1);
        String urlHost = withoutPort(authority);
        if (urlHost.isEmpty() || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException("\"" + url + "\" is not like http://shop.example/cart");
        }
        int pathEnd = firstOf(url, pathStart, "?#");
        String path = url.substring(pathStart, pathEnd);
        String query = url.startsWith("?", pathEnd) ? url.substring(pathEnd + 1, firstOf(url, pathEnd, "#")) : "";
        Map<String, String> headers = headers(lines);
        return new ProbeRequest(
                method.toUpperCase(Locale.ROOT),
                scheme,
                urlHost.toLowerCase(Locale.ROOT),
                withoutPort(headers.getOrDefault("host", urlHost)).toLowerCase(Locale.ROOT),
                port(url, authority.substring(urlHost.length()), scheme.equals("https") ? 443 : 80),
                path(url, path),
                parameters(query),
                headers);
    }

    private static String path(String url, String written) {
        if (written.isEmpty()) {
            return "/";
        }
        String normal = PathNormalizer.normalize(new String(written.getBytes(UTF_8), ISO_8859_1));
        if (normal.isEmpty()) {
            throw new IllegalArgumentException("\"" + url + "\" has a path with more than one reading: it gets a 400");
        }
        return normal;
    }

    /** Where the first of some characters stands, or the end. */
    private static int firstOf(String text, int from, String characters) {
        int i = from;
        while (i < text.length() && characters.indexOf(text.charAt(i)) < 0) {
            i++;
        }
        return i;
    }

    /** IPv6 addresses have colons of their own, and brackets around them. */
    private static String withoutPort(String authority) {
        int colon = authority.indexOf(':', authority.lastIndexOf(']') + 1);
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static int port(String url, String colonAndPort, int usual) {
        if (colonAndPort.length() <= 1) {
            return usual;
        }
        try {
            int port = Integer.parseInt(colonAndPort.substring(1));
            if (port > 0 && port <= HIGHEST_PORT) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new IllegalArgumentException(
                "\"" + url + "\" has no port from 1 to " + HIGHEST_PORT + " after its colon");
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String part : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            found.putIfAbsent(decode(name), decode(value));
        }
        return found;
    }

    /** Percent signs that start no byte stay as they are. */
    private static String decode(String text) {
        byte[] encoded = text.replace('+', ' ').getBytes(UTF_8);
        byte[] decoded = new byte[encoded.length];
        int length = 0;
        for (int i = 0; i < encoded.length; i++) {
            int high = encoded[i] == '%' && i + 2 < encoded.length ? Character.digit(encoded[i + 1], HEX) : -1;
            int low = high < 0 ? -1 : Character.digit(encoded[i + 2], HEX);
            decoded[length++] = low < 0 ? encoded[i] : (byte) (high * HEX + low);
            i += low < 0 ? 0 : 2;
        }
        return new String(decoded, 0, length, UTF_8);
    }

    private static Map<String, String> headers(List<String> lines) {
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            found.merge(lines.get(i).toLowerCase(Locale.ROOT), lines.get(i + 1), (a, b) -> a + "," + b);
        }
        return found;
    }

    @Override
    public @Nullable String header(String name) {
        return name.equals("host") ? host : headers.get(name);
    }

    @Override
    public @Nullable String query(String name) {
        return parameters.get(name);
    }
}
