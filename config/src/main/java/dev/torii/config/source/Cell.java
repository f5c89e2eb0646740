package dev.torii.config.source;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.torii.config.Durations;
import dev.torii.config.Wording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A field's value while it is read, perhaps absent. Every reading method answers with a harmless value when it is absent
 * or wrong; what is wrong has then been reported.
 */
class Cell {

    static final int LONGEST_REGEX = 1024;

    /** Instructions; the time to match is this times the length of the text. */
    private static final int LARGEST_REGEX = 4_000;

    private static final Pattern NOTHING = Pattern.compile("[^\\x00-\\x{10FFFF}]");

    private final Report report;
    private final String name;
    private final @Nullable Value value;

    Cell(Report report, String name, @Nullable Value value) {
        this.report = report;
        this.name = name;
        this.value = value;
    }

    boolean isPresent() {
        return value != null;
    }

    /** Whether it is {@code ""}, which Kubernetes often takes as absent. */
    boolean isEmptyText() {
        return value instanceof Value.Scalar scalar && scalar.text().isEmpty();
    }

    /** Says that the value is wrong; nothing when there is none. */
    void error(String message) {
        error("InvalidValue", message);
    }

    void error(String reason, String message) {
        if (value != null) {
            report.error(value, reason, message);
        }
    }

    void warning(String reason, String message) {
        if (value != null) {
            report.warning(value, reason, message);
        }
    }

    /** Says that a part of the API is understood and not served. */
    void notYetServed() {
        warning("NotYetServed", "`" + name + "` is understood, but not served yet");
    }

    /** Text, or {@code ""}. */
    String text() {
        Value.Scalar scalar = scalar("text");
        if (scalar == null || scalar.type() == Value.Scalar.Type.TEXT) {
            return scalar == null ? "" : scalar.text();
        }
        wrongType("text", "; put it in quotes");
        return "";
    }

    /** Text of a certain form, or {@code ""}. */
    String text(Syntax syntax) {
        String text = text();
        if (value instanceof Value.Scalar scalar && scalar.type() == Value.Scalar.Type.TEXT) {
            String problem = syntax.problem(text);
            if (problem != null) {
                error("`" + name + "` " + problem + (text.isEmpty() ? "" : ", but is " + Wording.quote(text)));
                return "";
            }
        }
        return text;
    }

    String text(Syntax syntax, String fallback) {
        return isPresent() ? text(syntax) : fallback;
    }

    @Nullable
    String textOrNull(Syntax syntax) {
        return isPresent() ? text(syntax) : null;
    }

    /** One of a few words, or the fallback. */
    String oneOf(String fallback, String... words) {
        String text = text();
        List<String> allowed = List.of(words);
        if (!(value instanceof Value.Scalar) || allowed.contains(text)) {
            return allowed.contains(text) ? text : fallback;
        }
        if (value instanceof Value.Scalar scalar && scalar.type() == Value.Scalar.Type.TEXT) {
            error("`" + name + "` must be " + Wording.alternatives(allowed) + ", but is " + Wording.quote(text)
                    + Wording.didYouMean(text, allowed));
        }
        return fallback;
    }

    /** A whole number within bounds (both included), or the fallback. */
    int integer(int min, int max, int fallback) {
        Value.Scalar scalar = scalar("a whole number");
        if (scalar == null) {
            return fallback;
        }
        if (scalar.type() != Value.Scalar.Type.INT) {
            wrongType("a whole number", "");
            return fallback;
        }
        Long number = Numbers.integer(scalar.text());
        if (number == null || number < min || number > max) {
            error("`" + name + "` must be from " + min + " to " + max + ", but is " + Wording.quote(scalar.text()));
            return fallback;
        }
        return number.intValue();
    }

    @Nullable
    Integer integerOrNull(int min, int max) {
        return isPresent() ? (Integer) integer(min, max, min) : null;
    }

    /** A number within bounds or a text of a certain form, Kubernetes' {@code IntOrString}; {@code ""} when absent. */
    String intOrText(int min, int max, Syntax syntax) {
        if (value instanceof Value.Scalar scalar && scalar.type() == Value.Scalar.Type.INT) {
            return String.valueOf(integer(min, max, min));
        }
        return isPresent() ? text(syntax) : "";
    }

    /** A number within bounds (both included), or the fallback. */
    double decimal(int min, int max, double fallback) {
        Value.Scalar scalar = scalar("a number");
        if (scalar == null) {
            return fallback;
        }
        if (scalar.type() != Value.Scalar.Type.INT && scalar.type() != Value.Scalar.Type.FLOAT) {
            wrongType("a number", "");
            return fallback;
        }
        double number = Numbers.decimal(scalar.text());
        if (number >= min && number <= max) {
            return number;
        }
        error("`" + name + "` must be from " + min + " to " + max + ", but is " + Wording.quote(scalar.text()));
        return fallback;
    }

    boolean bool(boolean fallback) {
        Value.Scalar scalar = scalar("`true` or `false`");
        if (scalar == null) {
            return fallback;
        }
        if (scalar.type() != Value.Scalar.Type.BOOL) {
            wrongType("`true` or `false`", "");
            return fallback;
        }
        return scalar.text().equalsIgnoreCase("true");
    }

    /** Milliseconds of a Gateway API duration, or the fallback. */
    long millis(long fallback) {
        return isPresent() ? Math.max(0, Durations.millis(text(Syntax.DURATION))) : fallback;
    }

    /** The same for what must take some time. */
    long positiveMillis(long fallback) {
        long millis = millis(fallback);
        if (value instanceof Value.Scalar scalar && Durations.millis(scalar.text()) == 0) {
            error("`" + name + "` must be longer than `" + scalar.text() + "`");
        }
        return millis == 0 ? fallback : millis;
    }

    /** An RE2 expression; one that matches nothing when absent or wrong. */
    Pattern regex() {
        String text = text(Syntax.NON_EMPTY);
        if (text.isEmpty()) {
            return NOTHING;
        }
        if (text.length() > LONGEST_REGEX || RegexSize.of(text) > LARGEST_REGEX) {
            error("`" + name + "` is too large an expression");
            return NOTHING;
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            error("`" + name + "` is no RE2 expression: " + Wording.line(e.getDescription()) + " in "
                    + Wording.quote(text));
            return NOTHING;
        }
    }

    /** A mapping read by {@code reader}, or null when absent or wrong. */
    <T> @Nullable T mapping(Function<Fields, ? extends @Nullable T> reader) {
        if (!(value instanceof Value.Mapping mapping)) {
            if (value != null) {
                wrongType("a mapping", "");
            }
            return null;
        }
        Fields fields = new Fields(report, mapping);
        T made = reader.apply(fields);
        fields.done();
        return made;
    }

    /** A list of {@code min} to {@code max} items; absent counts as empty. */
    List<Cell> items(int min, int max) {
        if (!(value instanceof Value.Items items)) {
            if (value != null) {
                wrongType("a list", "");
            }
            return List.of();
        }
        checkCount(items.values().size(), min, max);
        List<Cell> cells = new ArrayList<>();
        for (Value each : items.values().subList(0, Math.min(max, items.values().size()))) {
            cells.add(new Cell(report, name + "[" + cells.size() + "]", each));
        }
        return cells;
    }

    private void checkCount(int count, int min, int max) {
        if (count >= min && count <= max) {
            return;
        }
        if (max == 0) {
            error("`" + name + "` must be left out here");
        } else if (min == max) {
            error("`" + name + "` must have exactly " + min + (min == 1 ? " item" : " items") + ", but has " + count);
        } else if (count == 0) {
            error("`" + name + "` must not be empty");
        } else {
            error("`" + name + "` must have at most " + max + " items, but has " + count);
        }
    }

    /** A list of mappings. */
    <T> List<T> list(int min, int max, Function<Fields, T> reader) {
        List<T> made = new ArrayList<>();
        for (Cell item : items(min, max)) {
            T each = item.mapping(reader);
            if (each != null) {
                made.add(each);
            }
        }
        return made;
    }

    /** A list of texts. */
    List<String> texts(int min, int max, Syntax syntax) {
        return items(min, max).stream().map(item -> item.text(syntax)).toList();
    }

    /** A mapping of texts whose keys users choose; values are never quoted in findings. */
    Map<String, String> textMap() {
        Map<String, String> texts = new LinkedHashMap<>();
        if (value instanceof Value.Mapping mapping) {
            mapping.entries()
                    .forEach(
                            (key, entry) -> texts.put(key, new Cell(report, Wording.shown(key), entry.value()).text()));
        } else if (value != null) {
            wrongType("a mapping", "");
        }
        return texts;
    }

    /** The entry of a {@link #textMap}, to point at; absent when there is none. */
    Cell entry(String key) {
        Value.Entry entry = value instanceof Value.Mapping mapping ? mapping.get(key) : null;
        return new Cell(report, Wording.shown(key), entry == null ? null : entry.value());
    }

    /** Hands on the value as it is. */
    void accept(Consumer<Value> reader) {
        if (value != null) {
            reader.accept(value);
        }
    }

    private Value.@Nullable Scalar scalar(String expected) {
        if (value instanceof Value.Scalar scalar) {
            return scalar;
        }
        if (value != null) {
            wrongType(expected, "");
        }
        return null;
    }

    private void wrongType(String expected, String advice) {
        if (value != null) {
            error("InvalidType", "`" + name + "` must be " + expected + ", but is " + value.describe() + advice);
        }
    }
}
