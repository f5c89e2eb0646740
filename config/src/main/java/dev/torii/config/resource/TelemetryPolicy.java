package dev.torii.config.resource;

import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.Tracing.Force;
import dev.torii.routing.Tracing.Propagation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Torii's {@code TelemetryPolicy}: what is traced and logged. What is null was not set.
 *
 * @param targetRefs what it is for; without any its own namespace, and everything when that is {@link #MESH_NAMESPACE}
 */
public record TelemetryPolicy(Metadata metadata, List<PolicyTarget> targetRefs, Tracing tracing, AccessLog accessLog)
        implements Resource {

    public TelemetryPolicy {
        targetRefs = List.copyOf(targetRefs);
    }

    /** {@code spec.tracing}, see {@link dev.torii.routing.Tracing}. */
    public record Tracing(
            @Nullable Double samplingPercent,
            @Nullable Set<Propagation> propagation,
            List<Force> force,
            List<String> tagHeaders) {

        public static final Tracing NONE = new Tracing(null, null, List.of(), List.of());

        public Tracing {
            force = List.copyOf(force);
            tagHeaders = List.copyOf(tagHeaders);
        }
    }

    /** {@code spec.accessLog}, see {@link dev.torii.routing.AccessLogging}. */
    public record AccessLog(List<LoggedHeader> requestHeaders, List<LoggedHeader> responseHeaders, When when) {

        public static final AccessLog NONE = new AccessLog(List.of(), List.of(), When.NONE);

        public AccessLog {
            requestHeaders = List.copyOf(requestHeaders);
            responseHeaders = List.copyOf(responseHeaders);
        }
    }

    /** {@code spec.accessLog.when}. */
    public record When(
            @Nullable Integer minStatus,
            @Nullable Long slowerThanMs,
            @Nullable Double samplePercent) {

        public static final When NONE = new When(null, null, null);
    }

    @Override
    public String group() {
        return TORII_GROUP;
    }

    @Override
    public String kind() {
        return "TelemetryPolicy";
    }
}
