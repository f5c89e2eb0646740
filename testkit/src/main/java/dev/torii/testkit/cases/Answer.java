package dev.torii.testkit.cases;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request.
 *
 * @param status as a case names it: an HTTP status, a gRPC code, {@code connected}, {@code rejected}, {@code nothing
 *     listens}; or, never expected, {@code timeout}, {@code error}
 * @param headers of the answer
 * @param body as text; for streams the lines that came back
 * @param echo what the backend told, null when no backend answered
 * @param said for streams and WebSockets: what came back, by what was sent
 * @param detail says more when it went wrong
 */
record Answer(
        String status,
        List<Map.Entry<String, String>> headers,
        String body,
        @Nullable JsonObject echo,
        Map<String, String> said,
        String detail) {

    Answer {
        headers = List.copyOf(headers);
        said = Map.copyOf(said);
    }

    static Answer http(int status, List<Map.Entry<String, String>> headers, String body) {
        return new Answer(Integer.toString(status), headers, body, echoOf(body), Map.of(), "");
    }

    static Answer failed(String status, String detail) {
        return new Answer(status, List.of(), "", null, Map.of(), detail);
    }

    /** The header's values joined with a comma, or null. */
    @Nullable
    String header(String name) {
        List<String> values = headers.stream()
                .filter(h -> h.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
        return values.isEmpty() ? null : String.join(",", values);
    }

    /** What a person wants to know of an answer that is not the expected one. */
    String summary() {
        StringBuilder text = new StringBuilder(status);
        if (echo != null && echo.getString("service") != null) {
            text.append(" from ")
                    .append(echo.getString("namespace"))
                    .append('/')
                    .append(echo.getString("service"));
        }
        String reason = header("x-torii-reason");
        if (reason != null) {
            text.append(" (").append(reason).append(')');
        }
        String location = header("location");
        if (location != null) {
            text.append(" to ").append(location);
        }
        return detail.isEmpty()
                ? text.toString()
                : text.append(": ").append(detail).toString();
    }

    /** The backend's own words, recognised by their shape; an answer of the gateway's has none. */
    static @Nullable JsonObject echoOf(String body) {
        if (!body.startsWith("{")) {
            return null;
        }
        try {
            JsonObject json = new JsonObject(body);
            return json.getString("service") != null ? json : null;
        } catch (DecodeException | ClassCastException notOurs) {
            return null;
        }
    }

    /** A header that reached the backend, values joined with a comma, or null. */
    @Nullable
    String echoedHeader(String name) {
        JsonObject headers = echo == null ? null : echo.getJsonObject("headers");
        if (headers == null) {
            return null;
        }
        for (String each : headers.fieldNames()) {
            if (each.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                return String.join(
                        ",",
                        headers.getJsonArray(each).stream().map(String::valueOf).toList());
            }
        }
        return null;
    }
}
