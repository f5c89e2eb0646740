package dev.torii.config.source;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a YAML document. Immutable; lines and columns count from 1. */
sealed interface Value {

    int line();

    int column();

    /** How many values there are in it, aliases counted as often as they are used. */
    int size();

    /** What an author would call it. */
    String describe();

    record Scalar(String text, Type type, int line, int column) implements Value {

        enum Type {
            NULL("nothing"),
            BOOL("a boolean"),
            INT("a number"),
            FLOAT("a decimal number"),
            TEXT("text");

            private final String words;

            Type(String words) {
                this.words = words;
            }
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public String describe() {
            return type.words;
        }
    }

    record Items(List<Value> values, int size, int line, int column) implements Value {

        public Items {
            values = List.copyOf(values);
        }

        @Override
        public String describe() {
            return "a list";
        }
    }

    record Mapping(Map<String, Entry> entries, int size, int line, int column) implements Value {

        public Mapping {
            entries = Map.copyOf(entries);
        }

        @Nullable
        Entry get(String key) {
            return entries.get(key);
        }

        @Override
        public String describe() {
            return "a mapping";
        }
    }

    /** A key where it stands, and its value. */
    record Entry(int line, int column, Value value) {}

    /**
     * The value at a path such as {@code spec.rules[0].name} or {@code metadata.annotations[torii.dev/endpoints]}, or the
     * innermost one on the way to it that exists.
     */
    default Value nearest(String path) {
        Value here = this;
        int from = 0;
        while (from < path.length()) {
            boolean bracket = path.charAt(from) == '[';
            int start = bracket || path.charAt(from) == '.' ? from + 1 : from;
            int end = bracket ? path.indexOf(']', start) : wordEnd(path, start);
            if (end < 0) {
                return here;
            }
            Value next = step(here, path.substring(start, end));
            if (next == null) {
                return here;
            }
            here = next;
            from = bracket ? end + 1 : end;
        }
        return here;
    }

    private static int wordEnd(String path, int start) {
        int end = start;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        return end;
    }

    private static @Nullable Value step(Value here, String key) {
        if (here instanceof Mapping mapping) {
            Entry entry = mapping.get(key);
            return entry == null ? null : entry.value();
        }
        if (here instanceof Items items && !key.isEmpty() && key.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int index = key.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(key);
            return index < items.values().size() ? items.values().get(index) : null;
        }
        return null;
    }
}
