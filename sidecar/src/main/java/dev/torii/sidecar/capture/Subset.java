package dev.torii.sidecar.capture;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * All of something, none of it, or the members listed.
 *
 * @param all whether everything is in it; {@code members} is empty then
 */
public record Subset<T>(boolean all, List<T> members) {

    /** Copies the list. */
    public Subset {
        members = List.copyOf(members);
    }

    /** Everything. */
    public static <T> Subset<T> everything() {
        return new Subset<>(true, List.of());
    }

    /** Nothing. */
    public static <T> Subset<T> nothing() {
        return new Subset<>(false, List.of());
    }

    /**
     * Reads {@code all}, {@code none} or a list parted by commas.
     *
     * @throws IllegalArgumentException what {@code member} throws for a member that is none
     */
    public static <T> Subset<T> parse(String text, Function<String, T> member) {
        return switch (text.strip()) {
            case "all" -> everything();
            case "none", "" -> nothing();
            default ->
                new Subset<>(
                        false,
                        Stream.of(text.split(",", -1))
                                .map(String::strip)
                                .map(member)
                                .toList());
        };
    }
}
