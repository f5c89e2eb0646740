package dev.torii.proxy.http;

import dev.torii.routing.Protection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Builds the checkpoints that stand before a backend, of what protects its rule and what protects its Service. */
final class Checkpoints {

    /** Without those that count. */
    static final Checkpoints NONE = new Checkpoints();

    /** In the order that they are passed; empty, and always the same, where nothing is configured. */
    List<Checkpoint> of(Protection rule, Protection backend) {
        List<Checkpoint> checkpoints = new ArrayList<>(2);
        FaultPoint faults = FaultPoint.of(
                rule.faults(),
                backend.faults(),
                () -> ThreadLocalRandom.current().nextDouble());
        if (faults != null) {
            checkpoints.add(faults);
        }
        return List.copyOf(checkpoints);
    }
}
