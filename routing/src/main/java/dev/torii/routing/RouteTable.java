package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picks the rule of a request by the precedence of the Gateway API: hostname, then exact path, regular expression,
 * longest prefix, method, number of headers, number of query parameters, age, {@code namespace/name}, position. Every
 * match competes on its own: where a more specific host has no rule that fits, less specific hosts are tried.
 *
 * <p>Compiled once; immutable; safe on any thread; a look-up costs the same with ten routes or ten thousand and
 * allocates nothing that grows with them. What does cost: regular expressions under one host, and matches under one
 * host and path that differ only by method, header or query, are tried one after the other.
 *
 * <p>Source: {@code HTTPRouteRule.matches} and {@code GRPCRouteRule.matches}; the order itself is {@link MatchOrder}.
 */
public final class RouteTable {

    public static final RouteTable EMPTY = new RouteTable(List.of());

    private final List<Rule> rules;
    private final HostIndex hosts;

    private RouteTable(List<Rule> rules) {
        this.rules = List.copyOf(rules);
        this.hosts = new HostIndex(this.rules);
    }

    public static RouteTable of(List<Rule> rules) {
        return rules.isEmpty() ? EMPTY : new RouteTable(rules);
    }

    /** One match of one rule under one hostname: what competes, and what wins. */
    public record Candidate(Rule rule, RequestMatch match, HostPattern hostname) {}

    /** The winner, or null when nothing matches. */
    public @Nullable Candidate find(RequestView request) {
        return hosts.find(request);
    }

    /**
     * The matches worth telling a person about: those that fit the request and those that nearly do, in order of
     * precedence, so that the first that {@link Considered#matched() matched} is the winner and whatever stands before it
     * would have won but for its misses. Bounded; takes time in proportion to the table, so not for the data path.
     */
    public List<Considered> explain(RequestView request) {
        return NearMisses.of(rules, request);
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
