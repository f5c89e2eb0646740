package dev.torii.console.mesh;

import dev.torii.console.mesh.Traffic.Flow;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who calls whom, how often and how well, put together from what each proxy counted: exact, whatever is sampled. An edge
 * is seen from its caller's side. A service is as its own sidecars see it, and without one as its callers do.
 */
final class ServiceGraph {

    static final String GATEWAY = "gateway";
    /** Whoever calls the gateway. */
    static final String CLIENTS = "clients";
    /** Whatever is called that is no Service. */
    static final String ELSEWHERE = "elsewhere";

    private final Map<Edge, Flow> edges = new TreeMap<>();
    private final Map<String, Flow> nodes = new TreeMap<>();

    private record Edge(String from, String to) implements Comparable<Edge> {
        @Override
        public int compareTo(Edge other) {
            int first = from.compareTo(other.from);
            return first != 0 ? first : to.compareTo(other.to);
        }
    }

    /** Adds what one proxy saw. */
    void add(Proxy proxy, int seconds, long nowNanos) {
        String self = proxy.isGateway() ? GATEWAY : proxy.service().isEmpty() ? proxy.address() : proxy.service();
        nodes.merge(self, Flow.none(), Flow::plus);
        proxy.traffic()
                .flows(seconds, nowNanos, key -> edge(self, key))
                .forEach((edge, flow) -> edges.merge(edge, flow, Flow::plus));
        proxy.traffic()
                .flows(seconds, nowNanos, key -> key.role().equals("outbound") ? null : self)
                .forEach((node, flow) -> nodes.merge(node, flow, Flow::plus));
        if (proxy.isGateway()) {
            proxy.traffic()
                    .flows(seconds, nowNanos, key -> new Edge(CLIENTS, GATEWAY))
                    .forEach((edge, flow) -> edges.merge(edge, flow, Flow::plus));
        }
    }

    /** What a proxy answered by itself leads nowhere; what reaches a sidecar's own app is no call of another. */
    private static @Nullable Edge edge(String self, Scrape.Key key) {
        if (key.role().equals("inbound")) {
            return null;
        }
        if (!key.service().isEmpty()) {
            return new Edge(self, key.service());
        }
        return key.role().equals("outbound") && key.flag().isEmpty() ? new Edge(self, ELSEWHERE) : null;
    }

    JsonObject json() {
        JsonArray edgeList = new JsonArray();
        Map<String, Flow> called = new TreeMap<>();
        edges.forEach((edge, flow) -> {
            called.merge(edge.to(), flow, Flow::plus);
            called.merge(edge.from(), Flow.none(), Flow::plus);
            edgeList.add(put(new JsonObject().put("from", edge.from()).put("to", edge.to()), flow)
                    .put("flags", flags(flow)));
        });
        nodes.forEach((node, flow) -> {
            if (flow.rate() > 0 || !called.containsKey(node)) {
                called.put(node, flow);
            }
        });
        JsonArray nodeList = new JsonArray();
        called.forEach((id, flow) ->
                nodeList.add(put(new JsonObject().put("id", id).put("kind", kind(id)), flow)));
        return new JsonObject().put("nodes", nodeList).put("edges", edgeList);
    }

    private static String kind(String id) {
        return switch (id) {
            case GATEWAY -> GATEWAY;
            case CLIENTS, ELSEWHERE -> "outside";
            default -> "service";
        };
    }

    private static JsonObject put(JsonObject json, Flow flow) {
        return json.put("rate", flow.rate())
                .put("errorRate", flow.tally().errorRate())
                .put("p50", flow.tally().quantileMicros(0.5))
                .put("p99", flow.tally().quantileMicros(0.99));
    }

    private static JsonObject flags(Flow flow) {
        JsonObject flags = new JsonObject();
        flow.tally().flags().forEach((flag, count) -> flags.put(flag, Math.round(count)));
        return flags;
    }
}
