package dev.torii.routing;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which requests are traced, and how callers and backends are told.
 *
 * @param samplingPercent of those that come without a decision; 0 to 100, fractions allowed
 * @param propagation what is read of a request and written to the next one, in the enum's order
 * @param force who is traced whatever the percentage
 * @param tagHeaders request headers that become attributes of the spans, lower case
 */
public record Tracing(
        double samplingPercent, Set<Propagation> propagation, List<Force> force, List<String> tagHeaders) {

    public static final Tracing DEFAULT =
            new Tracing(1, EnumSet.of(Propagation.TRACECONTEXT, Propagation.BAGGAGE), List.of(), List.of());

    /** In which headers the context of a trace travels. */
    public enum Propagation {
        /** W3C {@code traceparent} and {@code tracestate}. */
        TRACECONTEXT,
        /** W3C {@code baggage}. */
        BAGGAGE,
        /** The single header {@code b3}. */
        B3,
        /** {@code x-b3-traceid} and its like. */
        B3_MULTI
    }

    /**
     * Requests with that header and value are traced.
     *
     * @param header lower case
     * @param value {@code ""} for any
     */
    public record Force(String header, String value) {}

    public Tracing {
        // an ordered set: a snapshot is named by the text of its records
        EnumSet<Propagation> ordered = EnumSet.noneOf(Propagation.class);
        ordered.addAll(propagation);
        propagation = Collections.unmodifiableSet(ordered);
        force = List.copyOf(force);
        tagHeaders = List.copyOf(tagHeaders);
    }
}
