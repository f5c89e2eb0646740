package dev.torii.config.resource;

import dev.torii.routing.HostPattern;
import java.util.List;

/** What all routes have in common. Values stand at {@code spec.parentRefs[i]} and {@code spec.hostnames[i]}. */
public sealed interface Route extends Resource permits HttpRoute, GrpcRoute, TlsRoute, TcpRoute {

    /** {@code header:<name>} or {@code cookie:<name>}: what picks the side of a weighted split of HTTP or gRPC. */
    String SPLIT_BY = "torii.dev/split-by";

    List<ParentRef> parentRefs();

    /** As configured; empty takes whatever the listener takes (always so for TCP). */
    List<HostPattern> hostnames();

    @Override
    default String group() {
        return GATEWAY_GROUP;
    }
}
