package dev.torii.console.mesh;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The rate limits of every proxy and what they said, as their {@code /clusters} pages have it: one row a limit. */
final class RateLimits {

    private final JsonArray rows = new JsonArray();
    private final int most;

    /** @param most rows */
    RateLimits(int most) {
        this.most = most;
    }

    /**
     * Adds what one proxy says; proxies of before there were any say nothing.
     *
     * @throws ClassCastException when it is no such page
     */
    void add(String proxy, JsonObject clusters) {
        for (Object each : clusters.getJsonArray("limits", new JsonArray())) {
            if (each instanceof JsonObject limit && rows.size() < most) {
                rows.add(row(proxy, limit));
            }
        }
    }

    private static JsonObject row(String proxy, JsonObject limit) {
        JsonObject keys = limit.getJsonObject("keys", new JsonObject());
        JsonObject decisions = limit.getJsonObject("decisions", new JsonObject());
        return new JsonObject()
                .put("proxy", proxy)
                .put("id", limit.getString("id", ""))
                .put("requests", limit.getLong("requests", 0L))
                .put("perMs", limit.getLong("per_ms", 0L))
                .put("burst", limit.getLong("burst", 0L))
                .put("key", limit.getString("key"))
                .put("scope", limit.getString("scope", ""))
                .put("shadow", limit.getBoolean("shadow", false))
                .put("keys", keys.getLong("current", 0L))
                .put("keysLimit", keys.getLong("limit", 0L))
                .put("allowed", decisions.getLong("allowed", 0L))
                .put("refused", decisions.getLong("refused", 0L))
                .put("shadowed", decisions.getLong("shadow", 0L))
                .put("errors", decisions.getLong("error", 0L));
    }

    JsonArray json() {
        return rows;
    }
}
