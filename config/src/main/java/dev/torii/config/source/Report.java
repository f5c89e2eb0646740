package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Position;
import dev.torii.config.resource.Positions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where the readers of one object put their findings. */
final class Report {

    private final Origin origin;
    private final Consumer<Finding> findings;
    private String object = "";
    private Kinds.@Nullable Kind kind;
    private boolean broken;

    Report(Origin origin, Consumer<Finding> findings) {
        this.origin = origin;
        this.findings = findings;
    }

    /** From now on findings are about this object. */
    void about(String object, Kinds.Kind kind) {
        this.object = object;
        this.kind = kind;
    }

    /** Whether there was an error, so that the object must not be used. */
    boolean isBroken() {
        return broken;
    }

    void error(Value at, String reason, String message) {
        error(origin.of(at), reason, message);
    }

    /**
     * An error in what somebody wrote. What an API server takes in is served without the field; of the objects of
     * Kubernetes itself, which are many and grow with each release, nothing is said.
     */
    void unknownField(Value.Entry key, String message) {
        if (!origin.isVetted()) {
            error(origin.of(key), "UnknownField", message);
        } else if (kind == null || !kind.isKubernetesOwn()) {
            findings.accept(Finding.warning(origin.of(key), "UnknownField", message, object));
        }
    }

    void warning(Value at, String reason, String message) {
        findings.accept(Finding.warning(origin.of(at), reason, message, object));
    }

    /** @param whole whether somebody may ask for more than where the document begins */
    Positions positions(Value document, boolean whole) {
        return origin.within(document, whole);
    }

    private void error(Position position, String reason, String message) {
        broken = true;
        findings.accept(Finding.error(position, reason, message, object));
    }
}
