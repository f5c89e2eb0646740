package dev.torii.config.source;

import dev.torii.config.resource.FaultPolicy;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.Resource;
import dev.torii.routing.FaultInjection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a FaultPolicy. */
final class FaultReader {

    private static final int MOST_FAULTS = 64;
    private static final int MOST_MATCHES = 64;
    private static final int MOST_GRPC_STATUS = 16;
    private static final Delay NO_DELAY = new Delay(0, 0);
    private static final Abort NO_ABORT = new Abort(0, 503, 14);

    private FaultReader() {}

    static @Nullable Resource read(Metadata metadata, Fields root) {
        Refs refs = new Refs(metadata.namespace());
        Set<String> names = new HashSet<>();
        return root.need("spec")
                .mapping(spec -> new FaultPolicy(
                        metadata,
                        refs.targets(spec, true),
                        spec.need("faults").list(1, MOST_FAULTS, fault -> fault(fault, names))));
    }

    private static FaultInjection fault(Fields fault, Set<String> names) {
        String name = RateLimitReader.distinctName(fault, names);
        Delay read = fault.get("delay").mapping(FaultReader::delay);
        Abort abort = fault.get("abort").mapping(FaultReader::abort);
        if (!fault.has("delay") && !fault.has("abort")) {
            fault.error("MissingField", "at least one of `delay` and `abort` must be set");
        }
        Delay delay = Objects.requireNonNullElse(read, NO_DELAY);
        Abort end = Objects.requireNonNullElse(abort, NO_ABORT);
        return new FaultInjection(
                name,
                delay.percent,
                delay.ms,
                end.percent,
                end.status,
                end.grpcStatus,
                fault.get("match").list(0, MOST_MATCHES, MatchReader::http));
    }

    private record Delay(double percent, long ms) {}

    private static Delay delay(Fields delay) {
        return new Delay(percent(delay), delay.need("duration").positiveMillis(0));
    }

    private record Abort(double percent, int status, int grpcStatus) {}

    private static Abort abort(Fields abort) {
        int status = abort.need("status").integer(400, 599, 503);
        return new Abort(
                percent(abort), status, abort.get("grpcStatus").integer(1, MOST_GRPC_STATUS, grpcStatus(status)));
    }

    private static double percent(Fields fields) {
        return fields.get("percent").decimal(0, 100, 100);
    }

    /** What Torii itself answers a gRPC call with where it would answer another request so. */
    private static int grpcStatus(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 431 -> 8;
            case 502, 503 -> 14;
            case 504 -> 4;
            default -> 2;
        };
    }
}
