package dev.torii.routing;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that a person wonders about, made of a method, an absolute URL and header lines.
 *
 * @param port of the URL, or its scheme's own
 * @param headers names lower case, values of one name joined with a comma
 */
public record ProbeRequest(
        String method,
        String scheme,
        String host,
        int port,
        String path,
        Map<String, String> parameters,
        Map<String, String> headers)
        implements RequestView {

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
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("\"" + url + "\" is not a URL: " + e.getReason());
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException("\"" + url + "\" is not like http://shop.example/cart");
        }
        int port = uri.getPort() > 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new ProbeRequest(
                method.toUpperCase(Locale.ROOT),
                scheme,
                uri.getHost().toLowerCase(Locale.ROOT),
                port,
                path,
                parameters(uri.getRawQuery()),
                headers(lines));
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String part : query == null ? new String[0] : query.split("&")) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            found.putIfAbsent(decode(name), decode(value));
        }
        return found;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException badEncoding) {
            return text;
        }
    }

    private static Map<String, String> headers(List<String> lines) {
        Map<String, String> found = new LinkedHashMap<>();
        List<String> rest = new ArrayList<>(lines);
        for (int i = 0; i + 1 < rest.size(); i += 2) {
            found.merge(rest.get(i).toLowerCase(Locale.ROOT), rest.get(i + 1), (a, b) -> a + "," + b);
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
