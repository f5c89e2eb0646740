package dev.torii.proxy.admin;

import static dev.torii.proxy.admin.Json.list;

import dev.torii.proxy.HeaderMask;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.Credentials;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** What is traced and logged, as part of {@code /snapshot}. */
final class TelemetryJson {

    private TelemetryJson() {}

    /** Null where it is {@link Telemetry#DEFAULT}, because there may be thousands of places. */
    static @Nullable JsonObject unlessDefault(Telemetry telemetry) {
        return telemetry.equals(Telemetry.DEFAULT) ? null : of(telemetry);
    }

    static JsonObject of(Telemetry telemetry) {
        return new JsonObject().put("tracing", tracing(telemetry.tracing())).put("log", log(telemetry.log()));
    }

    private static JsonObject tracing(Tracing tracing) {
        return new JsonObject()
                .put("samplingPercent", tracing.samplingPercent())
                .put("propagation", list(tracing.propagation(), Enum::name))
                .put("force", list(tracing.force(), TelemetryJson::force))
                .put("tagHeaders", new JsonArray(tracing.tagHeaders()));
    }

    private static JsonObject force(Tracing.Force force) {
        boolean secret = Credentials.isNamed(force.header());
        return new JsonObject().put("header", force.header()).put("value", secret ? HeaderMask.MASKED : force.value());
    }

    private static JsonObject log(AccessLogging log) {
        return new JsonObject()
                .put("requestHeaders", list(log.requestHeaders(), TelemetryJson::header))
                .put("responseHeaders", list(log.responseHeaders(), TelemetryJson::header))
                .put("minStatus", log.minStatus())
                .put("slowerThanMs", log.slowerThanMs())
                .put("samplePercent", log.samplePercent());
    }

    private static JsonObject header(LoggedHeader header) {
        return new JsonObject().put("name", header.name()).put("mode", header.mode());
    }
}
