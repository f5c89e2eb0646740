package dev.torii.config.compile;

import dev.torii.config.Finding;
import dev.torii.config.Position;
import dev.torii.config.Wording;
import dev.torii.config.resource.Resource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Collects what a compilation has to say; the same thing said twice counts once. */
final class Findings {

    /** Finding the nearest of many names takes time, and nobody reads more suggestions than this. */
    private static final int MOST_SUGGESTIONS = 50;

    private final Set<Finding> all = new TreeSet<>();
    private int suggestions;

    /** @param field path of the offending value, see {@link Resource#at} */
    void error(Resource object, String field, String reason, String message) {
        all.add(Finding.error(object.at(field), reason, Wording.line(message), object.describe()));
    }

    void error(Resource object, String field, Problem problem) {
        error(object, field, problem.reason(), problem.message());
    }

    void warning(Resource object, String field, String reason, String message) {
        all.add(Finding.warning(object.at(field), reason, Wording.line(message), object.describe()));
    }

    /** Of something that no manifest says. */
    void warning(Position origin, String reason, String message) {
        all.add(Finding.warning(origin, reason, Wording.line(message), ""));
    }

    /** {@code , did you mean `x`?}, or nothing. */
    String didYouMean(String written, Supplier<? extends Collection<String>> names) {
        return suggestions++ < MOST_SUGGESTIONS ? Wording.didYouMean(written, names.get()) : "";
    }

    List<Finding> sorted() {
        return List.copyOf(all);
    }
}
