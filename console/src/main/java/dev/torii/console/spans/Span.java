package dev.torii.console.spans;

import java.util.List;

/**
 * One span as the console keeps it, of a proxy or of an app.
 *
 * @param traceId 32 hex digits
 * @param spanId 16 hex digits
 * @param parentId 16 hex digits, {@code ""} for none
 * @param service {@code gateway}, {@code namespace/name}, or what another SDK calls itself
 * @param role {@code gateway}, {@code outbound}, {@code inbound}, or {@code ""} for who is no proxy
 * @param startMicros since the epoch
 * @param httpStatus 0 for none; it is among the attributes too, but searches ask for it of every span
 */
public record Span(
        String traceId,
        String spanId,
        String parentId,
        String service,
        String role,
        String name,
        Kind kind,
        long startMicros,
        long durationMicros,
        Status status,
        int httpStatus,
        Attributes attributes,
        List<Event> events) {

    static final String ROUTE = "torii.route";
    static final String HTTP_ROUTE = "http.route";
    static final String FLAGS = "torii.flags";
    static final String REQUEST_ID = "torii.request_id";

    private static final int OWN_BYTES = 320;
    private static final int EVENT_BYTES = 64;

    public Span {
        events = List.copyOf(events);
    }

    /** As OpenTelemetry's. */
    public enum Kind {
        INTERNAL,
        SERVER,
        CLIENT,
        PRODUCER,
        CONSUMER
    }

    /** As OpenTelemetry's. */
    public enum Status {
        UNSET,
        OK,
        ERROR
    }

    /** Something that happened at one moment of a span. */
    public record Event(long timeMicros, String name, Attributes attributes) {}

    /** When it ended, µs since the epoch. */
    long endMicros() {
        return startMicros + durationMicros;
    }

    boolean isRoute(String route) {
        return route.equals(attributes.get(ROUTE)) || route.equals(attributes.get(HTTP_ROUTE));
    }

    /** {@code ""} when it tells none. */
    String requestId() {
        return attributes.text(REQUEST_ID);
    }

    /** Where a request comes into what is watched: a gateway, or whatever has no parent. */
    boolean isEntry() {
        return kind == Kind.SERVER && (parentId.isEmpty() || role.equals("gateway"));
    }

    /** About how much memory it takes. */
    int bytes() {
        int sum = OWN_BYTES + bytes(name) + attributes.bytes();
        for (Event event : events) {
            sum += EVENT_BYTES + bytes(event.name) + event.attributes.bytes();
        }
        return sum;
    }

    static int bytes(String text) {
        return 40 + text.length();
    }
}
