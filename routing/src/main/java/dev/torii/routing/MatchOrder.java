package dev.torii.routing;

import dev.torii.routing.RouteTable.Candidate;
import java.util.Comparator;

/**
 * Which of two matches that both fit a request comes first. Source: Gateway API {@code HTTPRouteRule.matches}; the
 * place of regular expressions is ours to choose (between exact and prefix), as is that of a method of any service.
 */
final class MatchOrder {

    /** Among matches of the same hostname, kind of path and path. */
    static final Comparator<Candidate> SAME_PATH = Comparator.comparing(
                    (Candidate c) -> c.match().method() == null)
            .thenComparingInt(c -> -c.match().headers().size())
            .thenComparingInt(c -> -c.match().query().size())
            .thenComparingLong(c -> c.rule().route().createdEpochSecond())
            .thenComparing(c -> c.rule().route().path())
            .thenComparing(c -> c.rule().route().kind())
            .thenComparingInt(c -> c.rule().index())
            .thenComparingInt(c -> c.rule().matches().indexOf(c.match()));

    /** Among all matches of a table. */
    static final Comparator<Candidate> ALL = Comparator.comparing(Candidate::hostname)
            .thenComparingInt(c -> kind(c.match().path()))
            .thenComparingInt(c -> -countedCharacters(c.match().path()))
            .thenComparing(SAME_PATH);

    private MatchOrder() {}

    private static int kind(PathMatch path) {
        if (path instanceof PathMatch.Exact) {
            return 0;
        }
        if (path instanceof PathMatch.Regex) {
            return 1;
        }
        return path instanceof PathMatch.Prefix ? 2 : 3;
    }

    /** Only prefixes compete by length: exact paths that fit are equal, and an expression's length says nothing. */
    private static int countedCharacters(PathMatch path) {
        return path instanceof PathMatch.Prefix prefix ? prefix.value().length() : 0;
    }
}
