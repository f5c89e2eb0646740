package dev.torii.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1 answer as it came over the wire.
 *
 * @param headers in order and in the spelling received
 * @param trailers after a chunked body
 */
public record RawResponse(
        String version,
        int status,
        String reason,
        List<Map.Entry<String, String>> headers,
        String body,
        List<Map.Entry<String, String>> trailers) {

    public RawResponse {
        headers = List.copyOf(headers);
        trailers = List.copyOf(trailers);
    }

    /** The values of a header joined with a comma, null when absent; the name's case does not matter. */
    public @Nullable String header(String name) {
        List<String> values = headers.stream()
                .filter(h -> h.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
        return values.isEmpty() ? null : String.join(",", values);
    }

    static RawResponse parse(String head) {
        String[] lines = head.split("\r\n");
        String[] start = lines[0].split(" ", 3);
        if (start.length < 2 || !start[0].startsWith("HTTP/") || !start[1].matches("[0-9]{3}")) {
            throw new IllegalArgumentException("not an HTTP answer: " + lines[0]);
        }
        List<String> fields = List.of(lines).subList(1, lines.length);
        String reason = start.length == 3 ? start[2] : "";
        return new RawResponse(start[0], Integer.parseInt(start[1]), reason, fields(fields), "", List.of());
    }

    RawResponse withBody(String text, String trailerLines) {
        List<String> lines = trailerLines.isEmpty() ? List.of() : List.of(trailerLines.split("\r\n"));
        return new RawResponse(version, status, reason, headers, text, fields(lines));
    }

    boolean mayHaveBody() {
        return status >= 200 && status != 204 && status != 304;
    }

    boolean isChunked() {
        String encoding = header("transfer-encoding");
        return encoding != null && encoding.toLowerCase(Locale.ROOT).endsWith("chunked");
    }

    private static List<Map.Entry<String, String>> fields(List<String> lines) {
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IllegalArgumentException("not a header: " + line);
            }
            fields.add(Map.entry(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return fields;
    }
}
