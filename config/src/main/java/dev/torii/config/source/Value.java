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
}
