package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule of an HTTPRoute or GRPCRoute as attached to one listener.
 *
 * @param name {@code namespace/route/rule}: the rule's own name, or its position from 0 when it has none
 * @param index position in the route, from 0; the last tie-breaker
 * @param hostnames those of the route that share a host with the listener's, as written: a wider one is not narrowed,
 *     since precedence counts the characters of the route; {@link HostPattern#ANY} when the route names none
 * @param matches alternatives, each competing on its own; never empty
 * @param filters in the order configured
 * @param backends empty means 500 unless a filter answers
 * @param timeouts for the request and for one try
 * @param session sticky sessions, or null
 * @param splitBy what makes the choice among backends deterministic, or null for random
 * @param maxBodyBytes overrides the listener's limit; 0 is "as the listener says"
 * @param telemetry what holds until a backend is picked
 * @param retry when to send a request again; null for never, but for what was certainly not seen
 * @param protection what holds before a backend is picked: the Gateway's and the route's
 */
public record Rule(
        RouteId route,
        String name,
        int index,
        List<HostPattern> hostnames,
        List<RequestMatch> matches,
        List<Filter> filters,
        List<Backend> backends,
        Timeouts timeouts,
        @Nullable SessionPersistence session,
        @Nullable HashKey splitBy,
        long maxBodyBytes,
        Telemetry telemetry,
        @Nullable Retry retry,
        Protection protection) {

    /** With {@link Telemetry#DEFAULT}, without retries and protection. */
    public Rule(
            RouteId route,
            String name,
            int index,
            List<HostPattern> hostnames,
            List<RequestMatch> matches,
            List<Filter> filters,
            List<Backend> backends,
            Timeouts timeouts,
            @Nullable SessionPersistence session,
            @Nullable HashKey splitBy,
            long maxBodyBytes) {
        this(
                route,
                name,
                index,
                hostnames,
                matches,
                filters,
                backends,
                timeouts,
                session,
                splitBy,
                maxBodyBytes,
                Telemetry.DEFAULT,
                null,
                Protection.NONE);
    }

    public Rule {
        hostnames = List.copyOf(hostnames);
        matches = List.copyOf(matches);
        filters = List.copyOf(filters);
        backends = List.copyOf(backends);
    }
}
