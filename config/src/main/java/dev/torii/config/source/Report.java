package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Position;
import java.util.function.Consumer;

/** Where the readers of one object put their findings. */
final class Report {

    private final String file;
    private final Consumer<Finding> findings;
    private String object = "";
    private boolean broken;

    Report(String file, Consumer<Finding> findings) {
        this.file = file;
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
        error(position(at), reason, message);
    }

    void error(Value.Entry key, String reason, String message) {
        error(new Position(file, key.line(), key.column()), reason, message);
    }

    void warning(Value at, String reason, String message) {
        findings.accept(Finding.warning(position(at), reason, message, object));
    }

    /** @param whole whether somebody may ask for more than where the document begins */
    Outline outline(Value document, boolean whole) {
        return whole ? Outline.of(file, document) : Outline.ofTop(file, document);
    }

    Position position(Value at) {
        return new Position(file, at.line(), at.column());
    }

    private void error(Position position, String reason, String message) {
        broken = true;
        findings.accept(Finding.error(position, reason, message, object));
    }
}
