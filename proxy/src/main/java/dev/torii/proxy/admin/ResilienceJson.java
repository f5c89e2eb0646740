package dev.torii.proxy.admin;

import static dev.torii.proxy.admin.Json.optional;

import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.Concurrency;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Resilience.OutlierDetection;
import io.vertx.core.json.JsonObject;

/** How a cluster is protected, as part of {@code /snapshot}. What is off is null. */
final class ResilienceJson {

    private ResilienceJson() {}

    static JsonObject of(Resilience resilience) {
        return new JsonObject()
                .put("concurrency", optional(resilience.concurrency(), ResilienceJson::concurrency))
                .put("circuitBreaking", optional(resilience.circuitBreaking(), ResilienceJson::circuitBreaking))
                .put("outlierDetection", optional(resilience.outlierDetection(), ResilienceJson::outlierDetection))
                .put("healthCheck", optional(resilience.healthCheck(), ResilienceJson::healthCheck))
                .put(
                        "retryBudget",
                        new JsonObject()
                                .put("percent", resilience.retryBudget().percent())
                                .put("minPerSecond", resilience.retryBudget().minPerSecond()));
    }

    private static JsonObject concurrency(Concurrency concurrency) {
        return new JsonObject()
                .put("maxInFlight", concurrency.maxInFlight())
                .put("queueSize", concurrency.queueSize())
                .put("queueTimeoutMs", concurrency.queueTimeoutMs());
    }

    private static JsonObject circuitBreaking(CircuitBreaking breaking) {
        return new JsonObject()
                .put("perEndpoint", breaking.perEndpoint())
                .put("window", breaking.window())
                .put("windowSize", breaking.windowSize())
                .put("minimumCalls", breaking.minimumCalls())
                .put("failureRatePercent", breaking.failureRatePercent())
                .put("slowCallMs", breaking.slowCallMs())
                .put("slowCallRatePercent", breaking.slowCallRatePercent())
                .put("openForMs", breaking.openForMs())
                .put("halfOpenCalls", breaking.halfOpenCalls());
    }

    private static JsonObject outlierDetection(OutlierDetection detection) {
        return new JsonObject()
                .put("consecutiveErrors", detection.consecutiveErrors())
                .put("ejectForMs", detection.ejectForMs())
                .put("maxEjectedPercent", detection.maxEjectedPercent());
    }

    private static JsonObject healthCheck(HealthCheck check) {
        return new JsonObject()
                .put("kind", check.kind())
                .put("path", check.path())
                .put("intervalMs", check.intervalMs())
                .put("timeoutMs", check.timeoutMs())
                .put("unhealthyThreshold", check.unhealthyThreshold())
                .put("healthyThreshold", check.healthyThreshold());
    }
}
