package dev.torii.testkit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a stream of {@link RawHttp2} ended.
 *
 * @param status 0 when no head came
 * @param headers without {@code :status}
 * @param body as ISO-8859-1
 * @param resetCode the code of the RST_STREAM that ended it, -1 when it ended well
 */
public record Http2Answer(
        int status,
        List<Map.Entry<String, String>> headers,
        String body,
        List<Map.Entry<String, String>> trailers,
        int resetCode) {

    public Http2Answer {
        headers = List.copyOf(headers);
        trailers = List.copyOf(trailers);
    }

    /** The values of a header joined with a comma, null when absent. */
    public @Nullable String header(String name) {
        return joined(headers, name);
    }

    /** The same of the trailers. */
    public @Nullable String trailer(String name) {
        return joined(trailers, name);
    }

    private static @Nullable String joined(List<Map.Entry<String, String>> lines, String name) {
        List<String> values = lines.stream()
                .filter(line -> line.getKey().equals(name))
                .map(Map.Entry::getValue)
                .toList();
        return values.isEmpty() ? null : String.join(",", values);
    }
}
