package dev.torii.config.source;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Fields that are not there: they note in a {@link Shape} what a reader asks of them. Of one run of the reader. */
final class ProbedFields extends Fields {

    private static final Value NOTHING = new Value.Scalar("", Value.Scalar.Type.NULL, 1, 1);

    private final Shape shape;
    private final Choices choices;
    private final Map<String, Boolean> present = new HashMap<>();
    private final Set<String> needed = new HashSet<>();
    private boolean wrong;

    ProbedFields(Shape shape, Choices choices) {
        super(new Report(Origin.text(""), finding -> {}), NOTHING);
        this.shape = shape;
        this.choices = choices;
    }

    /** Whether it is there in this run. */
    boolean decidePresence(String name) {
        return needed.contains(name) || present.computeIfAbsent(name, asked -> choices.pick(2) == 0);
    }

    /** Whether it was decided that it is not there. */
    boolean isAbsent(String name) {
        return !needed.contains(name) && Boolean.FALSE.equals(present.get(name));
    }

    @Override
    Cell get(String name) {
        return new ProbedCell(name, shape.field(name), this, choices);
    }

    @Override
    Cell need(String name) {
        needed.add(name);
        return get(name);
    }

    @Override
    void exclusive(String... names) {
        shape.exclusive(List.of(names));
    }

    @Override
    void union(String type, Map<String, String> fieldOfType) {
        throw new UnsupportedOperationException("no kind of ours has a union by type");
    }

    @Override
    void error(String reason, String message) {
        wrong = true;
    }

    @Override
    void ignore(String... names) {}

    @Override
    void done() {
        shape.ran(needed, present, wrong);
    }
}
