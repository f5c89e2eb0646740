package dev.torii.routing;

import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.Concurrency;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Resilience.OutlierDetection;
import dev.torii.routing.Resilience.RetryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What keeps a request's failure small, as a person says it, for {@link Explanation}. */
final class Safeguards {

    private Safeguards() {}

    static String retry(Retry retry) {
        String codes = retry.codes().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return "retry " + times(retry.attempts()) + ", after " + retry.backoffMs() + " ms or more, when not connected"
                + (codes.isEmpty() ? "" : ", answered " + codes) + " or out of time";
    }

    private static String times(int count) {
        return count == 1 ? "once" : "up to " + count + " times";
    }

    /** Those limits and faults that are for the request. */
    static List<String> of(Protection protection, RequestView request) {
        List<String> lines = new ArrayList<>();
        protection.limits().stream()
                .filter(limit -> isFor(request, limit.matches()))
                .forEach(limit -> lines.add(limit(limit)));
        protection.faults().stream()
                .filter(fault -> isFor(request, fault.matches()))
                .forEach(fault -> lines.add(fault(fault)));
        return lines;
    }

    private static boolean isFor(RequestView request, List<RequestMatch> matches) {
        return matches.isEmpty() || matches.stream().anyMatch(match -> match.matches(request));
    }

    private static String limit(RateLimit limit) {
        return "limit " + limit.id() + ": " + limit.requests() + " in " + limit.perMs() + " ms"
                + (limit.key() == null ? "" : " for each " + Wording.key(limit.key()))
                + ", " + limit.burst() + " at once"
                + (limit.store() == null ? "" : ", counted in " + limit.store().shown())
                + (limit.shadow() ? ", only counted" : "");
    }

    private static String fault(FaultInjection fault) {
        String delay = fault.delayMs() == 0 ? "" : percent(fault.delayPercent()) + " wait " + fault.delayMs() + " ms";
        String abort = fault.abortPercent() == 0 ? "" : percent(fault.abortPercent()) + " get " + fault.abortStatus();
        return "fault " + fault.name() + ": " + delay + (delay.isEmpty() || abort.isEmpty() ? "" : ", ") + abort;
    }

    private static String percent(double percent) {
        return (percent == (long) percent ? String.valueOf((long) percent) : String.valueOf(percent)) + " %";
    }

    /** One line for each that is on. */
    static List<String> of(Resilience resilience) {
        List<String> lines = new ArrayList<>();
        if (resilience.concurrency() != null) {
            lines.add(concurrency(resilience.concurrency()));
        }
        if (resilience.circuitBreaking() != null) {
            lines.add(breaker(resilience.circuitBreaking()));
        }
        if (resilience.outlierDetection() != null) {
            lines.add(outliers(resilience.outlierDetection()));
        }
        if (resilience.healthCheck() != null) {
            lines.add(check(resilience.healthCheck()));
        }
        if (!resilience.retryBudget().equals(RetryBudget.DEFAULT)) {
            RetryBudget budget = resilience.retryBudget();
            lines.add("retries at most " + budget.percent() + " % of the requests, or " + budget.minPerSecond()
                    + " a second");
        }
        return lines;
    }

    private static String concurrency(Concurrency concurrency) {
        return "at most " + concurrency.maxInFlight() + " in flight"
                + (concurrency.queueSize() == 0
                        ? ""
                        : ", " + concurrency.queueSize() + " more wait up to " + concurrency.queueTimeoutMs() + " ms");
    }

    private static String breaker(CircuitBreaking breaking) {
        String window = breaking.window() == CircuitBreaking.Window.CALLS ? " calls" : " seconds";
        return "breaker" + (breaking.perEndpoint() ? " of each endpoint" : "") + " opens for " + breaking.openForMs()
                + " ms when of " + breaking.windowSize() + window + ", at least " + breaking.minimumCalls() + " calls, "
                + breaking.failureRatePercent() + " % failed"
                + (breaking.slowCallMs() == 0
                        ? ""
                        : " or " + breaking.slowCallRatePercent() + " % took " + breaking.slowCallMs() + " ms");
    }

    private static String outliers(OutlierDetection detection) {
        return "an endpoint is left out for " + detection.ejectForMs() + " ms after " + detection.consecutiveErrors()
                + " errors in a row, at most " + detection.maxEjectedPercent() + " % of them";
    }

    private static String check(HealthCheck check) {
        String how = switch (check.kind()) {
            case HTTP -> "GET " + check.path();
            case GRPC -> "gRPC" + (check.path().isEmpty() ? "" : " for " + check.path());
            case TCP -> "TCP";
        };
        return "endpoints are checked by " + how + " every " + check.intervalMs() + " ms";
    }
}
