package dev.torii.routing;

import dev.torii.routing.Considered.Condition;
import dev.torii.routing.Considered.Miss;
import dev.torii.routing.RequestMatch.NamedMatch;
import dev.torii.routing.RouteTable.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The slow and talkative twin of the look-up: holds every match against a request, one condition after the other, and
 * keeps those that fit or nearly do.
 */
final class NearMisses {

    /** As many as a person reads. */
    private static final int LIMIT = 12;

    /** Fewer misses are nearer; so is a wrong header than a wrong path, and a wrong path than a wrong host. */
    private static final Comparator<Considered> NEAREST = Comparator.comparingInt(
                    (Considered c) -> c.misses().size())
            .thenComparing(Comparator.comparing(NearMisses::firstMiss).reversed())
            .thenComparing(Considered::candidate, MatchOrder.ALL);

    private NearMisses() {}

    static List<Considered> of(List<Rule> rules, RequestView request) {
        List<Considered> all = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.hostnames().isEmpty()) {
                continue;
            }
            HostPattern host = bestHost(rule, request);
            for (RequestMatch match : rule.matches()) {
                Candidate candidate = new Candidate(rule, match, host);
                all.add(new Considered(candidate, misses(candidate, request)));
            }
        }
        return all.stream()
                .sorted(NEAREST)
                .limit(LIMIT)
                .sorted(Comparator.comparing(Considered::candidate, MatchOrder.ALL))
                .toList();
    }

    private static HostPattern bestHost(Rule rule, RequestView request) {
        return rule.hostnames().stream()
                .sorted()
                .filter(host -> host.matches(request.host()))
                .findFirst()
                .orElse(rule.hostnames().get(0));
    }

    private static List<Miss> misses(Candidate candidate, RequestView request) {
        List<Miss> misses = new ArrayList<>();
        RequestMatch match = candidate.match();
        if (!candidate.hostname().matches(request.host())) {
            misses.add(new Miss(Condition.HOST, "", candidate.hostname().value(), request.host()));
        }
        if (!match.path().matches(request.path())) {
            misses.add(new Miss(Condition.PATH, "", match.path().value(), request.path()));
        }
        String method = match.method();
        if (method != null && !method.equals(request.method())) {
            misses.add(new Miss(Condition.METHOD, "", method, request.method()));
        }
        for (NamedMatch header : match.headers()) {
            String actual = request.header(header.name());
            if (!header.matches(actual)) {
                misses.add(
                        new Miss(Condition.HEADER, header.name(), header.value().value(), actual));
            }
        }
        for (NamedMatch parameter : match.query()) {
            String actual = request.query(parameter.name());
            if (!parameter.matches(actual)) {
                misses.add(new Miss(
                        Condition.QUERY, parameter.name(), parameter.value().value(), actual));
            }
        }
        return misses;
    }

    private static Condition firstMiss(Considered considered) {
        return considered.matched()
                ? Condition.QUERY
                : considered.misses().get(0).condition();
    }
}
