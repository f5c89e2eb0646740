package dev.torii.proxy.http;

import dev.torii.proxy.upstream.Hashing;
import dev.torii.routing.HashKey;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Chooses among a rule's backends, at random or by a key. */
final class Backends {

    private Backends() {}

    /** The backend, or null when the rule has none with a weight. */
    static RulePlan.@Nullable BackendPlan pick(RulePlan rule, RequestHead head, String address) {
        if (rule.backends().isEmpty()) {
            return null;
        }
        int sticky = Sessions.backend(rule, head);
        if (sticky >= 0) {
            return rule.backends().get(sticky);
        }
        HashKey by = rule.rule().splitBy();
        String key = by == null ? null : value(by, head, address);
        int at = key == null
                ? rule.pick().pick(ThreadLocalRandom.current().nextInt())
                : rule.pick().pickByKey(Hashing.hash(key));
        return at < 0 ? null : rule.backends().get(at);
    }

    /** The hash of the key that a balancer asks for; random when the request has none. */
    static long hash(@Nullable HashKey on, RequestHead head, String address) {
        String key = on == null ? null : value(on, head, address);
        return key == null ? ThreadLocalRandom.current().nextLong() : Hashing.hash(key);
    }

    /** Null as well when it is empty: that is nobody, not one user with many requests. */
    private static @Nullable String value(HashKey key, RequestHead head, String address) {
        String value = switch (key.source()) {
            case HEADER -> head.header(key.name());
            case COOKIE -> head.cookie(key.name());
            case CLIENT_ADDRESS -> address;
        };
        return value == null || value.isEmpty() ? null : value;
    }

    /** RFC 9110, 9.2.2. */
    static boolean isIdempotent(String method) {
        return switch (method) {
            case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }
}
