package dev.torii.proxy.admin;

import static dev.torii.proxy.admin.Json.list;
import static dev.torii.proxy.admin.Json.optional;

import dev.torii.routing.FaultInjection;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Limits and faults, as part of {@code /snapshot}. Of a store's URI the password is blanked. */
final class ProtectionJson {

    private ProtectionJson() {}

    /** Null where there are none, because there may be thousands of places. */
    static @Nullable JsonObject unlessNone(Protection protection) {
        return protection.equals(Protection.NONE)
                ? null
                : new JsonObject()
                        .put("limits", list(protection.limits(), ProtectionJson::limit))
                        .put("faults", list(protection.faults(), ProtectionJson::fault));
    }

    private static JsonObject limit(RateLimit limit) {
        return new JsonObject()
                .put("id", limit.id())
                .put("name", limit.name())
                .put("requests", limit.requests())
                .put("perMs", limit.perMs())
                .put("burst", limit.burst())
                .put("key", optional(limit.key(), RuleJson::hashKey))
                .put("store", optional(limit.store(), ProtectionJson::store))
                .put("shadow", limit.shadow())
                .put("matches", list(limit.matches(), RuleJson::match));
    }

    private static JsonObject store(RateLimit.Store store) {
        return new JsonObject().put("uri", store.shown()).put("denyOnError", store.denyOnError());
    }

    private static JsonObject fault(FaultInjection fault) {
        return new JsonObject()
                .put("name", fault.name())
                .put("delayPercent", fault.delayPercent())
                .put("delayMs", fault.delayMs())
                .put("abortPercent", fault.abortPercent())
                .put("abortStatus", fault.abortStatus())
                .put("abortGrpcStatus", fault.abortGrpcStatus())
                .put("matches", list(fault.matches(), RuleJson::match));
    }
}
