package dev.torii.testkit.cases;

/**
 * A finding that must be there.
 *
 * @param severity {@code error} or {@code warning}
 * @param text which the manifest's line contains that the finding points to
 */
public record FindingLine(int line, String severity, String reason, String text) {}
