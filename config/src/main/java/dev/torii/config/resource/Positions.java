package dev.torii.config.resource;

import dev.torii.config.Position;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of one object stand, by path: {@code spec.rules[0].backendRefs[1].port}, and with the key in brackets
 * when it is no plain word: {@code metadata.annotations[torii.dev/endpoints]}. All instances are equal: where an object
 * stands does not change what it says.
 */
public final class Positions {

    private final Function<String, Position> lookup;

    /** @param lookup total: answers with the nearest thing around a path that is not written down */
    public Positions(Function<String, Position> lookup) {
        this.lookup = lookup;
    }

    /** Of an object that has no text. */
    public static Positions none(String origin) {
        Position position = Position.of(origin);
        return new Positions(path -> position);
    }

    /** The position of a value, or of the nearest thing around it that is written down; {@code ""} is the object. */
    public Position at(String path) {
        return lookup.apply(path);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Positions;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return at("").toString();
    }
}
