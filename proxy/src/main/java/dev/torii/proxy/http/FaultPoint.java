package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.routing.FaultInjection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rehearses failures: some requests wait here, some are answered as if the backend had failed. A delay counts against the
 * request's deadline, and ends with the request.
 */
final class FaultPoint implements Checkpoint {

    private final List<FaultInjection> faults;
    private final DoubleSupplier draws;

    /**
     * @param faults in the order that they are tried; a request may be delayed by several
     * @param draws numbers from 0 to below 1, on any thread
     */
    FaultPoint(Collection<FaultInjection> faults, DoubleSupplier draws) {
        this.faults = List.copyOf(faults);
        this.draws = draws;
    }

    /** What a rule and its backend are to rehearse, the backend's in the place of the rule's by the same name; null for nothing. */
    static @Nullable FaultPoint of(List<FaultInjection> rule, List<FaultInjection> backend, DoubleSupplier draws) {
        Map<String, FaultInjection> byName = new LinkedHashMap<>();
        List<FaultInjection> all = new ArrayList<>(rule);
        all.addAll(backend);
        all.forEach(fault -> byName.put(fault.name(), fault));
        return byName.isEmpty() ? null : new FaultPoint(byName.values(), draws);
    }

    @Override
    public void enter(Passage passage) {
        from(0, passage);
    }

    private void from(int first, Passage passage) {
        for (int i = first; i < faults.size(); i++) {
            FaultInjection fault = faults.get(i);
            if (!isFor(passage, fault)) {
                continue;
            }
            if (fault.delayMs() > 0 && isDrawn(fault.delayPercent())) {
                int following = i + 1;
                passage.injected(fault.name(), false);
                passage.delay(fault.delayMs(), () -> {
                    if (!aborts(fault, passage)) {
                        from(following, passage);
                    }
                });
                return;
            }
            if (aborts(fault, passage)) {
                return;
            }
        }
        passage.pass();
    }

    private static boolean isFor(Passage passage, FaultInjection fault) {
        return fault.matches().isEmpty()
                || fault.matches().stream().anyMatch(match -> match.matches(passage.request()));
    }

    private boolean aborts(FaultInjection fault, Passage passage) {
        if (!isDrawn(fault.abortPercent())) {
            return false;
        }
        passage.injected(fault.name(), true);
        passage.refuse(new Decision.Refuse(Fault.FI, fault.abortStatus(), "injected_abort", fault.abortGrpcStatus()));
        return true;
    }

    private boolean isDrawn(double percent) {
        return percent > 0 && draws.getAsDouble() * 100 < percent;
    }
}
