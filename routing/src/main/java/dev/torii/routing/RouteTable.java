package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picks the rule of a request by the precedence of the Gateway API: hostname, then exact path, regular expression,
 * longest prefix, method, number of headers, number of query parameters, age, {@code namespace/name}, position. Every
 * match competes on its own. Compiled once; immutable; safe on any thread; a look-up costs the same with ten routes or
 * ten thousand and allocates nothing that grows with them.
 */
public final class RouteTable {

    public static final RouteTable EMPTY = new RouteTable(List.of());

    private final List<Rule> rules;

    private RouteTable(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    public static RouteTable of(List<Rule> rules) {
        return rules.isEmpty() ? EMPTY : new RouteTable(rules);
    }

    /** One match of one rule under one hostname: what competes, and what wins. */
    public record Candidate(Rule rule, RequestMatch match, HostPattern hostname) {}

    /** The winner, or null when nothing matches. */
    public @Nullable Candidate find(RequestView request) {
        throw new IllegalStateException("the matcher is not built yet");
    }

    public List<Rule> rules() {
        return rules;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RouteTable that && rules.equals(that.rules);
    }

    @Override
    public int hashCode() {
        return rules.hashCode();
    }
}
