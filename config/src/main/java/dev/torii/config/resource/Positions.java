package dev.torii.config.resource;

import dev.torii.config.Position;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of one object stand, by path: {@code spec.rules[0].backendRefs[1].port}, and with the key in brackets
 * for maps that users name the keys of: {@code metadata.annotations[torii.dev/endpoints]}. All instances are equal: where
 * an object stands does not change what it says.
 */
public final class Positions {

    private final Position object;
    private final Map<String, Position> byPath;

    /**
     * @param object where the object itself begins
     * @param byPath of its values
     */
    public Positions(Position object, Map<String, Position> byPath) {
        this.object = object;
        this.byPath = Map.copyOf(byPath);
    }

    /** Of an object that has no text. */
    public static Positions none(String origin) {
        return new Positions(Position.of(origin), Map.of());
    }

    /** The position of a value, or of the nearest thing around it that is written down. */
    public Position at(String path) {
        String rest = path;
        while (!rest.isEmpty()) {
            Position found = byPath.get(rest);
            if (found != null) {
                return found;
            }
            rest = parent(rest);
        }
        return object;
    }

    private static String parent(String path) {
        if (path.endsWith("]")) {
            return path.substring(0, Math.max(0, path.lastIndexOf('[')));
        }
        return path.substring(0, Math.max(0, path.lastIndexOf('.')));
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
        return object.toString();
    }
}
