package dev.torii.config.source;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A value of a {@link ProbedFields}: there or not, and one of what it may be, as the run's choices have it. */
final class ProbedCell extends Cell {

    private static final Pattern ANY = Pattern.compile(".*");
    private static final String OPEN = "an own kind asks for what has no schema yet";

    private final String name;
    private final Shape shape;
    private final ProbedFields of;
    private final Choices choices;
    private String chosen = "";

    ProbedCell(String name, Shape shape, ProbedFields of, Choices choices) {
        super(new Report(Origin.text(""), finding -> {}), name, null);
        this.name = name;
        this.shape = shape;
        this.of = of;
        this.choices = choices;
    }

    @Override
    boolean isPresent() {
        return of.decidePresence(name);
    }

    @Override
    boolean isEmptyText() {
        return false;
    }

    @Override
    void error(String reason, String message) {
        if (!of.isAbsent(name)) {
            shape.refused(chosen);
        }
    }

    @Override
    void warning(String reason, String message) {}

    @Override
    String text() {
        shape.text(0, null, null);
        return "";
    }

    @Override
    String text(Syntax syntax) {
        shape.text(syntax.shortest(), syntax.longest(), "^(" + syntax.pattern() + ")$");
        return "";
    }

    @Override
    String text(Syntax syntax, String fallback) {
        text(syntax);
        shape.fallback(fallback.isEmpty() ? null : fallback);
        return of.isAbsent(name) ? fallback : "";
    }

    @Override
    @Nullable
    String textOrNull(Syntax syntax) {
        shape.fallback(null);
        return text(syntax);
    }

    @Override
    String oneOf(String fallback, String... words) {
        shape.word(List.of(words));
        shape.fallback(fallback.isEmpty() ? null : fallback);
        List<String> options = new ArrayList<>(List.of(words));
        if (!options.contains(fallback)) {
            options.add(fallback);
        }
        return of.isAbsent(name) ? fallback : choose(options);
    }

    @Override
    int integer(int min, int max, int fallback) {
        shape.number("integer", min, max);
        shape.fallback(fallback);
        return of.isAbsent(name) ? fallback : choices.pick(2) == 0 ? min : max;
    }

    @Override
    @Nullable
    Integer integerOrNull(int min, int max) {
        int value = integer(min, max, min);
        shape.fallback(null);
        return value;
    }

    @Override
    double decimal(int min, int max, double fallback) {
        shape.number("number", min, max);
        shape.fallback(fallback == Math.rint(fallback) ? (Object) (int) fallback : fallback);
        return fallback;
    }

    @Override
    boolean bool(boolean fallback) {
        shape.bool();
        shape.fallback(fallback);
        return of.isAbsent(name) ? fallback : choose(List.of("true", "false")).equals("true");
    }

    @Override
    long millis(long fallback) {
        text(Syntax.DURATION);
        shape.fallback(duration(fallback));
        return of.isAbsent(name) || choices.pick(2) == 0 ? fallback : 1;
    }

    @Override
    long positiveMillis(long fallback) {
        shape.positiveDuration();
        return millis(fallback);
    }

    private static String duration(long millis) {
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    @Override
    Pattern regex() {
        shape.text(1, LONGEST_REGEX, null);
        shape.fallback(null);
        return ANY;
    }

    @Override
    <T> @Nullable T mapping(Function<Fields, ? extends @Nullable T> reader) {
        List<T> made = shape.mapping(reader);
        int last = of.isAbsent(name) ? made.size() : choices.pick(made.size() + 1);
        return last == made.size() ? null : made.get(last);
    }

    @Override
    List<Cell> items(int min, int max) {
        Shape item = shape.list(min, max);
        return of.isAbsent(name) ? List.of() : List.of(new ProbedCell("", item, of, choices));
    }

    @Override
    String intOrText(int min, int max, Syntax syntax) {
        throw new UnsupportedOperationException(OPEN);
    }

    @Override
    Map<String, String> textMap() {
        throw new UnsupportedOperationException(OPEN);
    }

    @Override
    Cell entry(String key) {
        throw new UnsupportedOperationException(OPEN);
    }

    @Override
    void accept(Consumer<Value> reader) {
        throw new UnsupportedOperationException(OPEN);
    }

    private String choose(List<String> words) {
        chosen = words.get(choices.pick(words.size()));
        shape.offered(chosen);
        return chosen;
    }
}
