package dev.torii.config.compile;

import dev.torii.routing.Backend;
import dev.torii.routing.HostPattern;
import dev.torii.routing.Listener;
import dev.torii.routing.Listener.Protocol;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Protection;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.RouteId;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import dev.torii.routing.Speaks;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.StreamTable;
import dev.torii.routing.Target;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Timeouts;
import java.util.List;

/** The listeners of a sidecar, and what they do where no route says it: everything goes to one cluster. */
final class MeshListeners {

    static final List<HostPattern> ANY_HOST = List.of(HostPattern.ANY);

    private static final List<RequestMatch> ANY_REQUEST =
            List.of(new RequestMatch(new PathMatch.Prefix("/"), null, List.of(), List.of()));

    private MeshListeners() {}

    static Listener of(String name, Speaks speaks, List<Rule> rules, List<StreamRoute> streams, Telemetry telemetry) {
        Protocol protocol = switch (speaks) {
            case TLS -> Protocol.TLS_PASSTHROUGH;
            case TCP -> Protocol.TCP;
            case HTTP, CLIENT_FIRST, UNKNOWN -> Protocol.HTTP;
        };
        return new Listener(
                name,
                protocol,
                HostPattern.ANY,
                List.of(),
                ListenerSettings.MESH,
                RouteTable.of(rules),
                StreamTable.of(streams),
                telemetry);
    }

    /** Where nothing is declared, anything may come. */
    static boolean mayBeHttp(Speaks speaks) {
        return speaks != Speaks.TLS && speaks != Speaks.TCP;
    }

    static boolean mayBeBytes(Speaks speaks) {
        return speaks != Speaks.HTTP;
    }

    /**
     * Sends every request of a Service to a cluster. Its name ends in a dash, as no rule of a route can be called.
     *
     * @param protection of that Service
     */
    static Rule everything(RouteId service, String cluster, Telemetry telemetry, Protection protection) {
        return new Rule(
                service,
                service.path() + "/-",
                0,
                ANY_HOST,
                ANY_REQUEST,
                List.of(),
                to(cluster, telemetry, protection),
                Timeouts.NONE,
                null,
                null,
                0,
                telemetry,
                null,
                Protection.NONE);
    }

    /** Sends every connection of a Service to a cluster. */
    static StreamRoute everyConnection(RouteId service, String cluster, Telemetry telemetry) {
        return new StreamRoute(service, service.path() + "/-", ANY_HOST, to(cluster, telemetry, Protection.NONE));
    }

    private static List<Backend> to(String cluster, Telemetry telemetry, Protection protection) {
        return List.of(new Backend(1, new Target.ToCluster(cluster), List.of(), telemetry, protection));
    }

    /** Stands where a route's would. */
    static RouteId id(String namespace, String service) {
        return new RouteId(RouteId.Kind.NONE, namespace, service, 0);
    }
}
