package dev.torii.console.spans;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What traces to find. Service, route and status hold together for one span; with a service or a route so does the
 * duration, which otherwise is that of the whole trace. Everything else holds for the trace.
 *
 * @param service {@code ""} for any
 * @param route of Torii or of an app; {@code ""} for any
 * @param minMicros shortest duration
 * @param maxMicros longest duration
 * @param requestId {@code ""} for any
 * @param text anywhere in names, services and values, whatever its case; {@code ""} for any
 * @param fromMicros earliest start, since the epoch
 * @param toMicros latest start
 * @param limit at most so many, newest first
 */
public record TraceQuery(
        String service,
        String route,
        StatusMatch status,
        long minMicros,
        long maxMicros,
        String requestId,
        List<Tag> tags,
        String text,
        long fromMicros,
        long toMicros,
        int limit) {

    /** The newest traces, whatever they are. */
    public static TraceQuery newest(int limit) {
        return new TraceQuery("", "", StatusMatch.ANY, 0, Long.MAX_VALUE, "", List.of(), "", 0, Long.MAX_VALUE, limit);
    }

    public TraceQuery {
        tags = List.copyOf(tags);
        text = text.toLowerCase(Locale.ROOT);
    }

    boolean narrowsSpans() {
        return !service.isEmpty() || !route.isEmpty();
    }

    boolean holdsFor(Span span) {
        return status.test(span)
                && (service.isEmpty() || service.equals(span.service()))
                && (!narrowsSpans() || isAsLong(span.durationMicros()))
                && (route.isEmpty() || span.isRoute(route));
    }

    boolean isAsLong(long micros) {
        return micros >= minMicros && micros <= maxMicros;
    }

    /** One status, a class of them, or what went wrong whatever its status. */
    public record StatusMatch(int lowest, int highest, boolean error) {

        /** Takes every span. */
        public static final StatusMatch ANY = new StatusMatch(0, 999, false);

        /**
         * Reads {@code 404}, {@code 4xx} or {@code error}.
         *
         * @throws IllegalArgumentException with one line that says what is taken
         */
        public static StatusMatch parse(String text) {
            if (text.equals("error")) {
                return new StatusMatch(0, 999, true);
            }
            boolean digit = text.length() == 3 && text.charAt(0) >= '1' && text.charAt(0) <= '5';
            if (digit && text.endsWith("xx")) {
                int lowest = (text.charAt(0) - '0') * 100;
                return new StatusMatch(lowest, lowest + 99, false);
            }
            if (digit && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                int status = Integer.parseInt(text);
                return new StatusMatch(status, status, false);
            }
            throw new IllegalArgumentException(
                    "status is one like 404, a class like 4xx, or error; not '" + text + "'");
        }

        boolean test(Span span) {
            if (error) {
                return span.status() == Span.Status.ERROR;
            }
            if (lowest == 0) {
                return true;
            }
            int status = span.httpStatus();
            return status >= lowest && status <= highest;
        }
    }

    /**
     * A value that some span of the trace carries.
     *
     * @param name of an attribute in full, or of a logged header ({@code x-order-id})
     * @param value exact
     */
    public record Tag(String name, String value) {

        private static final List<String> HEADERS = List.of("http.request.header.", "http.response.header.");

        /**
         * Reads {@code name:value}; the value may hold further colons.
         *
         * @throws IllegalArgumentException with one line that says what is taken
         */
        public static Tag parse(String text) {
            int colon = text.indexOf(':');
            if (colon <= 0) {
                throw new IllegalArgumentException("a tag is name:value, not '" + text + "'");
            }
            return new Tag(
                    text.substring(0, colon).strip(), text.substring(colon + 1).strip());
        }

        boolean test(Span span) {
            if (isIn(span.attributes().get(name))) {
                return true;
            }
            String header = name.toLowerCase(Locale.ROOT);
            return HEADERS.stream().anyMatch(prefix -> isIn(span.attributes().get(prefix + header)));
        }

        private boolean isIn(@Nullable Object found) {
            if (found instanceof List<?> list) {
                return list.stream().anyMatch(this::isIn);
            }
            return found != null && found.toString().equals(value);
        }
    }
}
