package dev.torii.proxy.telemetry;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;

/** How many answers of gRPC ended in which status. Safe on any thread. */
final class GrpcCounts {

    private static final int UNKNOWN = 2;

    /** Source: grpc/doc/statuscodes.md. */
    private static final List<String> NAMES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private final LongAdder[] counts = new LongAdder[NAMES.size()];

    GrpcCounts() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** @param code one that does not exist is what clients take it for: UNKNOWN */
    void count(int code) {
        counts[code < counts.length ? code : UNKNOWN].increment();
    }

    /** Those that there were, by name. */
    void forEach(ObjLongConsumer<String> each) {
        for (int i = 0; i < counts.length; i++) {
            long count = counts[i].sum();
            if (count > 0) {
                each.accept(NAMES.get(i), count);
            }
        }
    }
}
