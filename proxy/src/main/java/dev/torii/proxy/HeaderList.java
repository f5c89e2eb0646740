package dev.torii.proxy;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Header lines in order, with their spelling and repetitions: what is sent on. Two plain arrays, because a request has a
 * dozen headers and is read front to back once; names are compared without regard to case. One event loop only.
 */
public final class HeaderList {

    private CharSequence[] names = new CharSequence[24];
    private CharSequence[] values = new CharSequence[24];
    private int size;

    public int size() {
        return size;
    }

    public CharSequence name(int i) {
        return names[i];
    }

    public CharSequence value(int i) {
        return values[i];
    }

    /** Adds a line, whatever is there already. */
    public void add(CharSequence name, CharSequence value) {
        if (size == names.length) {
            names = Arrays.copyOf(names, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        names[size] = name;
        values[size++] = value;
    }

    /** The value, several joined with a comma, or null. */
    public @Nullable String get(CharSequence name) {
        CharSequence first = null;
        StringBuilder joined = null;
        for (int i = 0; i < size; i++) {
            if (same(names[i], name)) {
                if (first == null) {
                    first = values[i];
                } else {
                    joined = joined == null ? new StringBuilder(first) : joined;
                    joined.append(',').append(values[i]);
                }
            }
        }
        return joined != null ? joined.toString() : first == null ? null : first.toString();
    }

    /** Replaces all lines of that name by one, in the place of the first. */
    public void set(CharSequence name, CharSequence value) {
        int at = indexOf(name, 0);
        if (at < 0) {
            add(name, value);
            return;
        }
        names[at] = name;
        values[at] = value;
        removeFrom(name, at + 1);
    }

    /** The same, but only where there is such a line. */
    public void replace(CharSequence name, CharSequence value) {
        if (indexOf(name, 0) >= 0) {
            set(name, value);
        }
    }

    /** Appends to the value with a comma, or adds a line when there is none. */
    public void append(CharSequence name, CharSequence value) {
        String existing = get(name);
        if (existing == null) {
            add(name, value);
        } else {
            set(name, existing + "," + value);
        }
    }

    public void remove(CharSequence name) {
        removeFrom(name, 0);
    }

    /** A copy that may be changed alone, for a retry or a mirror. */
    public HeaderList copy() {
        HeaderList copy = new HeaderList();
        copy.names = Arrays.copyOf(names, names.length);
        copy.values = Arrays.copyOf(values, values.length);
        copy.size = size;
        return copy;
    }

    private int indexOf(CharSequence name, int from) {
        for (int i = from; i < size; i++) {
            if (same(names[i], name)) {
                return i;
            }
        }
        return -1;
    }

    private void removeFrom(CharSequence name, int from) {
        removeIf(other -> same(other, name), from);
    }

    /** Drops every line with such a name. */
    public void removeIf(Predicate<CharSequence> which) {
        removeIf(which, 0);
    }

    private void removeIf(Predicate<CharSequence> which, int from) {
        int to = from;
        for (int i = from; i < size; i++) {
            if (!which.test(names[i])) {
                names[to] = names[i];
                values[to++] = values[i];
            }
        }
        size = to;
    }

    private static boolean same(CharSequence a, CharSequence b) {
        return a.length() == b.length() && AsciiString.contentEqualsIgnoreCase(a, b);
    }
}
