package dev.torii.testkit.cases;

import java.util.List;

/** One indented line below a request. */
public sealed interface Check {

    int line();

    /** {@code < Name: value}, {@code one of}, {@code any order of}. */
    record AnswerHeader(int line, String name, Rule rule, List<String> values) implements Check {
        public enum Rule {
            EQUAL,
            ONE_OF,
            ANY_ORDER
        }

        public AnswerHeader {
            values = List.copyOf(values);
        }
    }

    /** {@code < no Name}. */
    record NoAnswerHeader(int line, String name) implements Check {}

    /** {@code saw path|host|SNI|protocol|certificate VALUE}. */
    record Saw(int line, String what, String value) implements Check {}

    /** {@code saw header Name: value}. */
    record SawHeader(int line, String name, String value) implements Check {}

    /** {@code saw no header Name}. */
    record SawNoHeader(int line, String name) implements Check {}

    /** {@code not answered by a backend}. */
    record NotFromBackend(int line) implements Check {}

    /** {@code copied to SERVICE N times within M}. */
    record Copied(int line, ObjectName service, int times, int within) implements Check {}

    /** {@code shared A 70, B 30, within 5}: percent. */
    record Shared(int line, List<Share> shares, double within) implements Check {
        public Shared {
            shares = List.copyOf(shares);
        }

        /** One Service's part. */
        public record Share(ObjectName service, double percent) {}
    }

    /** {@code says LINE -> LINE}. */
    record Says(int line, String said, String answer) implements Check {}
}
