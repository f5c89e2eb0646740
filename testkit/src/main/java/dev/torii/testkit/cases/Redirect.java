package dev.torii.testkit.cases;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares a Location with the expected one, as the suite does: what is not given is as in the request, and a port that
 * is the scheme's own may be written or left out.
 */
final class Redirect {

    private Redirect() {}

    /** Empty when they agree. */
    static Optional<String> disagreement(Exchange.Target request, String expected, @Nullable String location) {
        if (location == null) {
            return Optional.of("expected a redirect to " + expected + ", got no Location");
        }
        try {
            URI actual = new URI(location);
            URI wanted = new URI(expected.startsWith("/") ? origin(request) + expected : expected);
            boolean same = wanted.getScheme().equals(actual.getScheme())
                    && wanted.getHost().equals(actual.getHost())
                    && port(wanted) == port(actual)
                    && pathAndQuery(wanted).equals(pathAndQuery(actual));
            return same ? Optional.empty() : Optional.of("expected a redirect to " + wanted + ", got " + location);
        } catch (URISyntaxException e) {
            return Optional.of("the Location cannot be read: " + e.getMessage());
        }
    }

    private static String origin(Exchange.Target request) {
        return request.scheme() + "://" + request.authority();
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }

    private static String pathAndQuery(URI uri) {
        return uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }
}
