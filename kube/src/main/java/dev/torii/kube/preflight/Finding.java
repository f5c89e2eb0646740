package dev.torii.kube.preflight;

/**
 * One thing that was looked at.
 *
 * @param what was found
 * @param advice what to do about it; {@code ""} when there is nothing to do
 */
public record Finding(Level level, String what, String advice) {

    /** How it is. */
    public enum Level {
        OK("ok"),
        WARN("warn"),
        FAIL("FAIL");

        private final String word;

        Level(String word) {
            this.word = word;
        }
    }

    static Finding ok(String what) {
        return new Finding(Level.OK, what, "");
    }

    static Finding warn(String what, String advice) {
        return new Finding(Level.WARN, what, advice);
    }

    static Finding fail(String what, String advice) {
        return new Finding(Level.FAIL, what, advice);
    }

    /** One line for people. */
    @Override
    public String toString() {
        return level.word + " ".repeat(5 - level.word.length()) + what + (advice.isEmpty() ? "" : ": " + advice);
    }
}
