package dev.torii.routing;

/**
 * What is traced and logged of a request, resolved: what no policy set has its default. Equal ones of a snapshot are one
 * object. Source: Torii's {@code TelemetryPolicy}.
 */
public record Telemetry(Tracing tracing, AccessLogging log) {

    /** Where no policy says anything. */
    public static final Telemetry DEFAULT = new Telemetry(Tracing.DEFAULT, AccessLogging.DEFAULT);
}
