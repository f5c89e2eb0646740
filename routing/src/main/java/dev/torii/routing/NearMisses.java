package dev.torii.routing;

import dev.torii.routing.Considered.Condition;
import dev.torii.routing.Considered.Miss;
import dev.torii.routing.RequestMatch.NamedMatch;
import dev.torii.routing.RouteTable.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The slow and talkative twin of the look-up: holds every match against a request, one condition after the other, and
 * keeps those that fit or nearly do.
 */
final class NearMisses {

    /** As many as a person reads. */
    private static final int LIMIT = 12;

    /** As many that miss by host or path as help when another match won. */
    private static final int STRANGERS = 3;

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
        all.sort(nearestFirst(request.path()));
        boolean won = !all.isEmpty() && all.get(0).matched();
        Stream<Considered> strangers =
                all.stream().filter(NearMisses::isStranger).limit(won ? STRANGERS : LIMIT);
        return Stream.concat(all.stream().filter(each -> !isStranger(each)), strangers)
                .limit(LIMIT)
                .sorted(Comparator.comparing(Considered::candidate, MatchOrder.ALL))
                .toList();
    }

    /** Those for this host and path by how much they miss; then those for this host and much of the path; then the rest. */
    private static Comparator<Considered> nearestFirst(String path) {
        return Comparator.comparing(NearMisses::isStranger)
                .thenComparing(each -> misses(each, Condition.HOST))
                .thenComparingInt(each -> isStranger(each) ? -fits(each, path) : 0)
                .thenComparingInt(each -> each.misses().size())
                .thenComparing(Comparator.comparing(NearMisses::firstMiss).reversed())
                .thenComparingInt(each -> misses(each, Condition.PATH) ? apart(pathOf(each), path) : 0)
                .thenComparing(Considered::candidate, MatchOrder.ALL);
    }

    private static boolean isStranger(Considered considered) {
        return misses(considered, Condition.HOST) || misses(considered, Condition.PATH);
    }

    private static boolean misses(Considered considered, Condition condition) {
        return considered.misses().stream().anyMatch(miss -> miss.condition() == condition);
    }

    private static String pathOf(Considered considered) {
        return considered.candidate().match().path().value();
    }

    /** How much of a path is as the stranger has it. */
    private static int fits(Considered stranger, String path) {
        return misses(stranger, Condition.PATH) ? sharedSegments(pathOf(stranger), path) : path.length();
    }

    /** How many characters of whole segments two paths begin with alike. */
    private static int sharedSegments(String one, String other) {
        int shared = shared(one, other);
        boolean whole = endsAt(one, shared) && endsAt(other, shared);
        return whole ? shared : one.lastIndexOf('/', shared - 1) + 1;
    }

    /** How many characters of both paths are left behind what they share. */
    private static int apart(String one, String other) {
        return one.length() + other.length() - 2 * shared(one, other);
    }

    private static boolean endsAt(String path, int end) {
        return end == path.length() || path.charAt(end) == '/';
    }

    private static int shared(String one, String other) {
        int i = 0;
        while (i < one.length() && i < other.length() && one.charAt(i) == other.charAt(i)) {
            i++;
        }
        return i;
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
