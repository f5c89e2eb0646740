package dev.torii.console.mesh;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Current and limit of every backend of every proxy, as their {@code /clusters} pages say it: one row a cluster, one an endpoint. */
final class Breakers {

    private final JsonArray rows = new JsonArray();
    private final int limit;

    Breakers(int limit) {
        this.limit = limit;
    }

    /**
     * Adds what one proxy says.
     *
     * @throws ClassCastException when it is no such page
     */
    void add(String proxy, JsonObject clusters) {
        for (Object each : clusters.getJsonArray("clusters", new JsonArray())) {
            if (each instanceof JsonObject cluster) {
                addCluster(proxy, cluster);
            }
        }
    }

    private void addCluster(String proxy, JsonObject cluster) {
        JsonObject requests = cluster.getJsonObject("requests", new JsonObject());
        JsonObject queue = cluster.getJsonObject("queue", new JsonObject());
        JsonObject whole = row(proxy, cluster, "", requests.getValue("current"), requests.getValue("limit"));
        put(whole.put("state", cluster.getString("breaker", "none"))
                .put("ejected", false)
                .put("queued", queue.getValue("current"))
                .put("queueLimit", queue.getValue("limit")));
        for (Object each : cluster.getJsonArray("endpoints", new JsonArray())) {
            if (each instanceof JsonObject endpoint) {
                String health = endpoint.getString("health", "");
                put(row(proxy, cluster, endpoint.getString("address", "?"), endpoint.getValue("requests"), null)
                        .put("state", endpoint.getString("breaker", "none"))
                        .put("health", health)
                        .put("ejected", health.equals("ejected")));
            }
        }
    }

    private static JsonObject row(
            String proxy, JsonObject cluster, String endpoint, @Nullable Object inFlight, @Nullable Object limit) {
        return new JsonObject()
                .put("proxy", proxy)
                .put("cluster", cluster.getString("key", ""))
                .put("service", cluster.getString("service", ""))
                .put("endpoint", endpoint)
                .put("inFlight", inFlight)
                .put("limit", limit);
    }

    private void put(JsonObject row) {
        if (rows.size() < limit) {
            rows.add(row);
        }
    }

    JsonArray json() {
        return rows;
    }
}
