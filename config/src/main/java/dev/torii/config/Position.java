package dev.torii.config;

import java.util.Comparator;

/**
 * A place in a manifest.
 *
 * @param file as the user named it; what else identifies the origin when there is no file
 * @param line from 1; 0 when only the file is known
 * @param column from 1, in characters; 0 when only the file is known
 */
public record Position(String file, int line, int column) implements Comparable<Position> {

    private static final Comparator<Position> ORDER = Comparator.comparing(Position::file)
            .thenComparingInt(Position::line)
            .thenComparingInt(Position::column);

    /** A whole file, or an origin that has no lines. */
    public static Position of(String file) {
        return new Position(file, 0, 0);
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }

    /** {@code file:line:column}, or the file alone. */
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line + ":" + column;
    }
}
