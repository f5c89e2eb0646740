package dev.torii.config.source;

import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.CircuitBreaking.Window;
import dev.torii.routing.Resilience.Concurrency;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Resilience.HealthCheck.Kind;
import dev.torii.routing.Resilience.OutlierDetection;
import dev.torii.routing.Resilience.RetryBudget;
import java.util.Objects;

/** Reads the blocks of a BackendPolicy that keep a Service, and its callers, from failing. */
final class ResilienceReader {

    private static final int MANY = 1_000_000;

    /** A breaker remembers each of its window. */
    private static final int MOST_CALLS = 10_000;

    private static final int MOST_SECONDS = 3600;
    private static final int USUAL_CALLS = 100;
    private static final int USUAL_MINIMUM = 20;

    private ResilienceReader() {}

    static Resilience read(Fields spec) {
        RetryBudget budget = spec.get("retryBudget").mapping(ResilienceReader::retryBudget);
        return new Resilience(
                spec.get("concurrency").mapping(ResilienceReader::concurrency),
                spec.get("circuitBreaker").mapping(ResilienceReader::circuitBreaker),
                spec.get("outlierDetection").mapping(ResilienceReader::outlierDetection),
                spec.get("healthCheck").mapping(ResilienceReader::healthCheck),
                Objects.requireNonNullElse(budget, RetryBudget.DEFAULT));
    }

    private static Concurrency concurrency(Fields fields) {
        Cell mode = fields.get("mode");
        if (mode.oneOf("Fixed", "Fixed", "Adaptive").equals("Adaptive")) {
            mode.error("UnsupportedValue", "`mode` `Adaptive` comes later, use `Fixed`");
        }
        int inFlight = fields.need("maxInFlight").integer(1, MANY, MANY);
        Concurrency queued = fields.get("queue")
                .mapping(queue -> new Concurrency(
                        inFlight,
                        queue.need("size").integer(0, MANY, 0),
                        queue.get("timeout").positiveMillis(100)));
        return queued == null ? new Concurrency(inFlight, 0, 0) : queued;
    }

    private static CircuitBreaking circuitBreaker(Fields fields) {
        boolean perEndpoint =
                fields.get("scope").oneOf("Service", "Service", "Endpoint").equals("Endpoint");
        Span window = fields.get("window").mapping(ResilienceReader::window);
        Span span = Objects.requireNonNullElse(window, new Span(Window.CALLS, USUAL_CALLS));
        SlowCalls configured = fields.get("slowCall").mapping(ResilienceReader::slowCalls);
        SlowCalls slow = Objects.requireNonNullElse(configured, new SlowCalls(0, 100));
        return new CircuitBreaking(
                perEndpoint,
                span.of,
                span.size,
                minimumCalls(fields.get("minimumCalls"), span),
                fields.get("failureRatePercent").integer(1, 100, 50),
                slow.fromMs,
                slow.ratePercent,
                fields.get("openFor").positiveMillis(10_000),
                fields.get("halfOpenCalls").integer(1, MOST_CALLS, 5));
    }

    private record Span(Window of, int size) {}

    private static Span window(Fields window) {
        window.exclusive("calls", "seconds");
        int calls = window.get("calls").integer(1, MOST_CALLS, USUAL_CALLS);
        int seconds = window.get("seconds").integer(1, MOST_SECONDS, 10);
        return window.has("seconds") ? new Span(Window.SECONDS, seconds) : new Span(Window.CALLS, calls);
    }

    /** A window of fewer calls than the minimum would never open anything. */
    private static int minimumCalls(Cell minimum, Span window) {
        if (window.of == Window.SECONDS) {
            return minimum.integer(1, MANY, USUAL_MINIMUM);
        }
        int calls = minimum.integer(1, MANY, Math.min(USUAL_MINIMUM, window.size));
        if (calls > window.size) {
            minimum.error("`minimumCalls` must not be more than the " + window.size
                    + " calls of the `window`, or it never opens, but is `" + calls + "`");
        }
        return calls;
    }

    private record SlowCalls(long fromMs, int ratePercent) {}

    private static SlowCalls slowCalls(Fields slow) {
        return new SlowCalls(
                slow.need("duration").positiveMillis(0), slow.get("ratePercent").integer(1, 100, 100));
    }

    private static OutlierDetection outlierDetection(Fields fields) {
        return new OutlierDetection(
                fields.get("consecutiveErrors").integer(1, MANY, 5),
                fields.get("ejectFor").positiveMillis(30_000),
                fields.get("maxEjectedPercent").integer(0, 100, 50));
    }

    private static HealthCheck healthCheck(Fields fields) {
        fields.exclusive("path", "grpc", "tcp");
        String path = fields.get("path").text(Syntax.PATH, "");
        String service = fields.get("grpc").mapping(grpc -> grpc.get("service").text(Syntax.LINE, ""));
        Cell tcp = fields.get("tcp");
        if (!tcp.bool(true)) {
            tcp.error("`tcp` must be `true` or left out");
        }
        if (!fields.has("path") && !fields.has("grpc") && !fields.has("tcp")) {
            fields.error("MissingField", "one of `path`, `grpc` and `tcp` must be set");
        }
        Kind kind = fields.has("path") ? Kind.HTTP : fields.has("grpc") ? Kind.GRPC : Kind.TCP;
        long interval = fields.get("interval").positiveMillis(5_000);
        Cell timeout = fields.get("timeout");
        long timeoutMs = timeout.positiveMillis(Math.min(1_000, interval));
        if (timeoutMs > interval) {
            timeout.error("`timeout` must not be longer than `interval`");
        }
        return new HealthCheck(
                kind,
                kind == Kind.HTTP ? path : Objects.requireNonNullElse(service, ""),
                interval,
                timeoutMs,
                fields.get("unhealthyThreshold").integer(1, MANY, 3),
                fields.get("healthyThreshold").integer(1, MANY, 1));
    }

    private static RetryBudget retryBudget(Fields fields) {
        RetryBudget defaults = RetryBudget.DEFAULT;
        return new RetryBudget(
                fields.get("percent").integer(0, 100, defaults.percent()),
                fields.get("minPerSecond").integer(0, MANY, defaults.minPerSecond()));
    }
}
