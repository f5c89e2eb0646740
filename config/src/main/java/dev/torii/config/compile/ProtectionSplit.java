package dev.torii.config.compile;

import dev.torii.routing.Backend;
import dev.torii.routing.FaultInjection;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Parts what holds for a request by when it is known. A Service's policy can replace a limit of the route's: so a rule keeps
 * what each of its backends has too, and a backend keeps the rest.
 *
 * @param rule what holds before a backend is picked
 * @param backends each with what holds besides
 */
record ProtectionSplit(Protection rule, List<Backend> backends) {

    /**
     * @param rule what holds for the rule as such
     * @param backends each with all that holds for it
     * @param one of equal ones always the same
     */
    static ProtectionSplit of(Protection rule, List<Backend> backends, UnaryOperator<Protection> one) {
        List<RateLimit> limits = new ArrayList<>(rule.limits());
        List<FaultInjection> faults = new ArrayList<>(rule.faults());
        for (Backend each : backends) {
            limits.retainAll(each.protection().limits());
            faults.retainAll(each.protection().faults());
        }
        Protection shared = one.apply(new Protection(limits, faults));
        return new ProtectionSplit(
                shared,
                backends.stream()
                        .map(each -> new Backend(
                                each.weight(),
                                each.target(),
                                each.filters(),
                                each.telemetry(),
                                one.apply(without(shared, each.protection()))))
                        .toList());
    }

    private static Protection without(Protection shared, Protection all) {
        List<RateLimit> limits = new ArrayList<>(all.limits());
        limits.removeAll(shared.limits());
        List<FaultInjection> faults = new ArrayList<>(all.faults());
        faults.removeAll(shared.faults());
        return new Protection(limits, faults);
    }
}
