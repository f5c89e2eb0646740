package dev.torii.testkit.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the requests of all HTTP versions have in common. */
final class Requests {

    private static final String SET_HEADER = "X-Echo-Set-Header";

    private Requests() {}

    /** The case's headers but for Host; and, as in the suite, the echo's instruction even when it is empty. */
    static List<Map.Entry<String, String>> headers(Exchange exchange) {
        List<Map.Entry<String, String>> headers = new ArrayList<>(exchange.headers());
        headers.removeIf(h -> h.getKey().equalsIgnoreCase("host"));
        if (headers.stream().noneMatch(h -> h.getKey().equalsIgnoreCase(SET_HEADER))) {
            headers.add(Map.entry(SET_HEADER, ""));
        }
        return headers;
    }
}
