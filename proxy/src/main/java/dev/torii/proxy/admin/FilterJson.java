package dev.torii.proxy.admin;

import static dev.torii.proxy.admin.Json.list;
import static dev.torii.proxy.admin.Json.optional;

import dev.torii.proxy.HeaderMask;
import dev.torii.routing.Credentials;
import dev.torii.routing.Filter;
import dev.torii.routing.HeaderChange;
import dev.torii.routing.PathChange;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** A filter, as part of {@code /snapshot}. */
final class FilterJson {

    private FilterJson() {}

    static JsonObject of(Filter filter) {
        if (filter instanceof Filter.RequestHeaders headers) {
            return change("requestHeaders", headers.change());
        }
        if (filter instanceof Filter.ResponseHeaders headers) {
            return change("responseHeaders", headers.change());
        }
        if (filter instanceof Filter.Mirror mirror) {
            return mirror(mirror);
        }
        if (filter instanceof Filter.Redirect redirect) {
            return redirect(redirect);
        }
        if (filter instanceof Filter.Rewrite rewrite) {
            return rewrite(rewrite);
        }
        return cors((Filter.Cors) filter);
    }

    private static JsonObject kind(String kind) {
        return new JsonObject().put("kind", kind);
    }

    private static JsonObject change(String kind, HeaderChange change) {
        return kind(kind)
                .put("set", list(change.set(), FilterJson::header))
                .put("add", list(change.add(), FilterJson::header))
                .put("remove", new JsonArray(change.remove()));
    }

    private static JsonObject header(HeaderChange.Header header) {
        boolean secret = Credentials.isNamed(header.name());
        return new JsonObject().put("name", header.name()).put("value", secret ? HeaderMask.MASKED : header.value());
    }

    private static JsonObject mirror(Filter.Mirror mirror) {
        return kind("mirror")
                .put("target", RuleJson.target(mirror.target()))
                .put("numerator", mirror.numerator())
                .put("denominator", mirror.denominator());
    }

    private static JsonObject redirect(Filter.Redirect redirect) {
        return kind("redirect")
                .put("scheme", redirect.scheme())
                .put("hostname", redirect.hostname())
                .put("path", optional(redirect.path(), FilterJson::path))
                .put("port", redirect.port())
                .put("status", redirect.status());
    }

    private static JsonObject rewrite(Filter.Rewrite rewrite) {
        return kind("rewrite")
                .put("hostname", rewrite.hostname())
                .put("path", optional(rewrite.path(), FilterJson::path));
    }

    private static JsonObject path(PathChange change) {
        if (change instanceof PathChange.Full full) {
            return kind("full").put("replacement", full.replacement());
        }
        return kind("prefix").put("replacement", ((PathChange.Prefix) change).replacement());
    }

    private static JsonObject cors(Filter.Cors cors) {
        return kind("cors")
                .put("allowOrigins", new JsonArray(cors.allowOrigins()))
                .put("allowCredentials", cors.allowCredentials())
                .put("allowMethods", new JsonArray(cors.allowMethods()))
                .put("allowHeaders", new JsonArray(cors.allowHeaders()))
                .put("exposeHeaders", new JsonArray(cors.exposeHeaders()))
                .put("maxAgeSeconds", cors.maxAgeSeconds());
    }
}
