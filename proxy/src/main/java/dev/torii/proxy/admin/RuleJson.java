package dev.torii.proxy.admin;

import static dev.torii.proxy.admin.Json.list;
import static dev.torii.proxy.admin.Json.optional;

import dev.torii.proxy.HeaderMask;
import dev.torii.routing.Backend;
import dev.torii.routing.Credentials;
import dev.torii.routing.HashKey;
import dev.torii.routing.HostPattern;
import dev.torii.routing.PathMatch;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.RequestMatch.NamedMatch;
import dev.torii.routing.Retry;
import dev.torii.routing.RouteId;
import dev.torii.routing.Rule;
import dev.torii.routing.SessionPersistence;
import dev.torii.routing.Target;
import dev.torii.routing.TextMatch;
import dev.torii.routing.Timeouts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** A rule, as part of {@code /snapshot}. */
final class RuleJson {

    private RuleJson() {}

    static JsonObject of(Rule rule) {
        return new JsonObject()
                .put("route", route(rule.route()))
                .put("name", rule.name())
                .put("index", rule.index())
                .put("hostnames", list(rule.hostnames(), HostPattern::value))
                .put("matches", list(rule.matches(), RuleJson::match))
                .put("filters", list(rule.filters(), FilterJson::of))
                .put("backends", list(rule.backends(), RuleJson::backend))
                .put("timeouts", timeouts(rule.timeouts()))
                .put("session", optional(rule.session(), RuleJson::session))
                .put("splitBy", optional(rule.splitBy(), RuleJson::hashKey))
                .put("maxBodyBytes", rule.maxBodyBytes())
                .put("telemetry", TelemetryJson.unlessDefault(rule.telemetry()))
                .put("retry", optional(rule.retry(), RuleJson::retry))
                .put("protection", ProtectionJson.unlessNone(rule.protection()));
    }

    static JsonObject route(RouteId route) {
        return new JsonObject()
                .put("kind", route.kind())
                .put("namespace", route.namespace())
                .put("name", route.name())
                .put("createdEpochSecond", route.createdEpochSecond());
    }

    static JsonObject match(RequestMatch match) {
        return new JsonObject()
                .put("path", path(match.path()))
                .put("method", match.method())
                .put("headers", list(match.headers(), RuleJson::named))
                .put("query", list(match.query(), RuleJson::named));
    }

    private static JsonObject path(PathMatch path) {
        String kind = path instanceof PathMatch.Exact
                ? "exact"
                : path instanceof PathMatch.Prefix
                        ? "prefix"
                        : path instanceof PathMatch.Regex ? "regex" : "anyService";
        return new JsonObject().put("kind", kind).put("value", path.value());
    }

    private static JsonObject named(NamedMatch match) {
        boolean secret = Credentials.isNamed(match.name());
        return new JsonObject()
                .put("name", match.name())
                .put("kind", match.value() instanceof TextMatch.Exact ? "exact" : "regex")
                .put("value", secret ? HeaderMask.MASKED : match.value().value());
    }

    static JsonObject backend(Backend backend) {
        return new JsonObject()
                .put("weight", backend.weight())
                .put("target", target(backend.target()))
                .put("filters", list(backend.filters(), FilterJson::of))
                .put("telemetry", TelemetryJson.unlessDefault(backend.telemetry()))
                .put("protection", ProtectionJson.unlessNone(backend.protection()));
    }

    /** {@code {"key": …}}, or {@code {"detail": …}} for one that leads nowhere. */
    static JsonObject target(Target target) {
        if (target instanceof Target.ToCluster cluster) {
            return new JsonObject().put("key", cluster.key());
        }
        return new JsonObject().put("detail", ((Target.Invalid) target).detail());
    }

    private static JsonObject timeouts(Timeouts timeouts) {
        return new JsonObject()
                .put("requestMs", timeouts.requestMs())
                .put("backendRequestMs", timeouts.backendRequestMs());
    }

    private static JsonObject retry(Retry retry) {
        return new JsonObject()
                .put("attempts", retry.attempts())
                .put("codes", new JsonArray(retry.codes()))
                .put("backoffMs", retry.backoffMs());
    }

    private static JsonObject session(SessionPersistence session) {
        return new JsonObject()
                .put("type", session.type())
                .put("name", session.name())
                .put("path", session.path())
                .put("absoluteTimeoutSeconds", session.absoluteTimeoutSeconds())
                .put("permanent", session.permanent());
    }

    static JsonObject hashKey(HashKey key) {
        return new JsonObject().put("source", key.source()).put("name", key.name());
    }
}
