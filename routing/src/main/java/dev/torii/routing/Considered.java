package dev.torii.routing;

import dev.torii.routing.RouteTable.Candidate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@link RouteTable#explain} says of one match.
 *
 * @param candidate under the hostname that fits the request best
 * @param misses the conditions that the request does not meet; empty when it matched
 */
public record Considered(Candidate candidate, List<Miss> misses) {

    public Considered {
        misses = List.copyOf(misses);
    }

    public boolean matched() {
        return misses.isEmpty();
    }

    /** The parts of a match. */
    public enum Condition {
        HOST,
        PATH,
        METHOD,
        HEADER,
        QUERY
    }

    /**
     * One condition that failed.
     *
     * @param name of the header or query parameter; {@code ""} for the others
     * @param wanted as configured
     * @param actual null when the request has none
     */
    public record Miss(
            Condition condition,
            String name,
            String wanted,
            @Nullable String actual) {

        /** Say, {@code header x-user: wanted "alice", got none}. */
        @Override
        public String toString() {
            String what = condition.name().toLowerCase(Locale.ROOT) + (name.isEmpty() ? "" : " " + name);
            return what + ": wanted \"" + wanted + "\", got " + (actual == null ? "none" : "\"" + actual + "\"");
        }
    }
}
