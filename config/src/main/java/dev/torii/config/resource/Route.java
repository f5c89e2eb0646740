package dev.torii.config.resource;

import dev.torii.routing.HostPattern;
import java.util.List;

/** What all routes have in common. Values stand at {@code spec.parentRefs[i]} and {@code spec.hostnames[i]}. */
public sealed interface Route extends Resource permits HttpRoute, GrpcRoute, TlsRoute, TcpRoute {

    List<ParentRef> parentRefs();

    /** As configured; empty takes whatever the listener takes (always so for TCP). */
    List<HostPattern> hostnames();

    @Override
    default String group() {
        return GATEWAY_GROUP;
    }
}
