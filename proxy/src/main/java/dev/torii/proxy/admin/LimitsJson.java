package dev.torii.proxy.admin;

import dev.torii.proxy.limit.Keys;
import dev.torii.proxy.limit.LimitView;
import dev.torii.routing.HashKey;
import dev.torii.routing.RateLimit;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rate limits on the page {@code /clusters}. */
final class LimitsJson {

    private LimitsJson() {}

    static JsonArray of(List<LimitView> limits) {
        return new JsonArray(limits.stream().map(LimitsJson::limit).toList());
    }

    private static JsonObject limit(LimitView view) {
        RateLimit limit = view.limit();
        return new JsonObject()
                .put("id", limit.id())
                .put("name", limit.name())
                .put("requests", limit.requests())
                .put("per_ms", limit.perMs())
                .put("burst", limit.burst())
                .put("key", key(limit.key()))
                .put("scope", limit.store() == null ? "local" : "global")
                .put("shadow", limit.shadow())
                .put("keys", new JsonObject().put("current", view.keys()).put("limit", Keys.ROOM))
                .put("crowded", view.crowded())
                .put(
                        "decisions",
                        new JsonObject()
                                .put("allowed", view.allowed())
                                .put("refused", view.refused())
                                .put("shadow", view.shadow())
                                .put("error", view.errors()));
    }

    /** Say, {@code header x-tenant}; null for one bucket. */
    private static @Nullable String key(@Nullable HashKey key) {
        return key == null ? null : (key.source().name().toLowerCase(Locale.ROOT) + " " + key.name()).strip();
    }
}
