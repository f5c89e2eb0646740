package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Position;
import dev.torii.config.resource.Positions;
import java.util.function.Consumer;

/** Where the readers of one object put their findings. */
final class Report {

    private final Places places;
    private final Consumer<Finding> findings;
    private String object = "";
    private boolean broken;

    Report(Places places, Consumer<Finding> findings) {
        this.places = places;
        this.findings = findings;
    }

    /** From now on findings are about this object: {@code Kind namespace/name}. */
    void about(String object) {
        this.object = object;
    }

    /** Whether there was an error, so that the object must not be used. */
    boolean isBroken() {
        return broken;
    }

    void error(Value at, String reason, String message) {
        error(places.of(at), reason, message);
    }

    void error(Value.Entry key, String reason, String message) {
        error(places.of(key), reason, message);
    }

    void warning(Value at, String reason, String message) {
        findings.accept(Finding.warning(places.of(at), reason, message, object));
    }

    /** @param whole whether somebody may ask for more than where the document begins */
    Positions positions(Value document, boolean whole) {
        return places.within(document, whole);
    }

    private void error(Position position, String reason, String message) {
        broken = true;
        findings.accept(Finding.error(position, reason, message, object));
    }
}
