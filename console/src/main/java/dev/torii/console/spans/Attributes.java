package dev.torii.console.spans;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a span or an event says about itself: names with values, in the order they came in. A value is a String, Long,
 * Double, Boolean, or a List of these. Immutable, and small, because a store holds hundreds of thousands.
 */
public final class Attributes {

    /** Nothing said. */
    public static final Attributes NONE = new Attributes(new Object[0]);

    private static final int ENTRY_BYTES = 8;

    private final Object[] namesAndValues;

    private Attributes(Object[] namesAndValues) {
        this.namesAndValues = namesAndValues;
    }

    /** Collects attributes; a name that was there before keeps its first value. */
    public static final class Builder {

        private final List<Object> namesAndValues = new ArrayList<>();

        /** Adds one. */
        public Builder put(String name, Object value) {
            for (int i = 0; i < namesAndValues.size(); i += 2) {
                if (namesAndValues.get(i).equals(name)) {
                    return this;
                }
            }
            namesAndValues.add(name);
            namesAndValues.add(value);
            return this;
        }

        /** What was collected. */
        public Attributes build() {
            return namesAndValues.isEmpty() ? NONE : new Attributes(namesAndValues.toArray());
        }
    }

    /** The value of a name, or null. */
    public @Nullable Object get(String name) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i].equals(name)) {
                return namesAndValues[i + 1];
            }
        }
        return null;
    }

    /** The value as text, {@code ""} when there is none. */
    public String text(String name) {
        Object value = get(name);
        return value == null ? "" : value.toString();
    }

    /** All of them, in order. */
    public void forEach(BiConsumer<String, Object> each) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            each.accept((String) namesAndValues[i], namesAndValues[i + 1]);
        }
    }

    /** About how much memory they take. Names are few, and shared. */
    int bytes() {
        int sum = namesAndValues.length * ENTRY_BYTES;
        for (int i = 1; i < namesAndValues.length; i += 2) {
            sum += bytes(namesAndValues[i]);
        }
        return sum;
    }

    private static int bytes(Object value) {
        if (value instanceof String text) {
            return Span.bytes(text);
        }
        if (value instanceof List<?> list) {
            return 48 + list.stream().mapToInt(Attributes::bytes).sum();
        }
        return 24;
    }
}
