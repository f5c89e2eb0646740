package dev.torii.proxy.admin;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ClusterView.EndpointView;
import dev.torii.proxy.ClusterView.Usage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/** The page {@code /clusters}. */
final class ClustersJson {

    private ClustersJson() {}

    static JsonArray of(List<ClusterView> clusters) {
        return new JsonArray(clusters.stream().map(ClustersJson::cluster).toList());
    }

    private static JsonObject cluster(ClusterView cluster) {
        return new JsonObject()
                .put("key", cluster.key())
                .put("service", cluster.service())
                .put("requests", usage(cluster.requests()))
                .put("queue", usage(cluster.queue()))
                .put("breaker", word(cluster.breaker()))
                .put("panic", cluster.events().panic())
                .put(
                        "endpoints",
                        new JsonArray(cluster.endpoints().stream()
                                .map(ClustersJson::endpoint)
                                .toList()));
    }

    private static JsonObject endpoint(EndpointView endpoint) {
        JsonObject json = new JsonObject()
                .put("address", endpoint.address())
                .put("health", word(endpoint.health()))
                .put("breaker", word(endpoint.breaker()))
                .put("connections", endpoint.connections())
                .put("requests", endpoint.requests());
        if (!endpoint.reason().isEmpty()) {
            json.put("reason", endpoint.reason());
        }
        return endpoint.ejectedMs() == 0 ? json : json.put("ejectedForMs", endpoint.ejectedMs());
    }

    /** No limit is null. */
    private static JsonObject usage(Usage usage) {
        return new JsonObject().put("current", usage.current()).put("limit", usage.limit() == 0 ? null : usage.limit());
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
