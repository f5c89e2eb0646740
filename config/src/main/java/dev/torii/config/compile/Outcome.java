package dev.torii.config.compile;

import org.jspecify.annotations.Nullable;

/** What a reference led to: a value, or the problem that kept it away. Exactly one is set. */
record Outcome<T>(@Nullable T value, @Nullable Problem problem) {

    static <T> Outcome<T> of(T value) {
        return new Outcome<>(value, null);
    }

    static <T> Outcome<T> failed(Problem problem) {
        return new Outcome<>(null, problem);
    }

    static <T> Outcome<T> failed(String reason, String message) {
        return failed(new Problem(reason, message));
    }
}
