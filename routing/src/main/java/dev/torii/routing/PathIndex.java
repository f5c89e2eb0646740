package dev.torii.routing;

import dev.torii.routing.RouteTable.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The second step of a look-up: the matches of one hostname, in the order exact path, regular expressions, prefixes from
 * long to short, methods of any service. Each prefix knows the next shorter one of the table.
 */
final class PathIndex {

    private final Map<String, List<Candidate>> exact = new HashMap<>();
    private final List<Candidate> regexes;
    /** All prefixes but {@code "/"}, hashed from the left. */
    private final RegionMap<Node> prefixes = new RegionMap<>();

    private final List<Candidate> anyService;
    private @Nullable Node root;
    private int longestPrefix;

    private record Node(
            List<Candidate> candidates, @Nullable Node next) {}

    PathIndex(List<Candidate> candidates) {
        Map<String, List<Candidate>> byExact = new HashMap<>();
        Map<String, List<Candidate>> byPrefix = new TreeMap<>();
        List<Candidate> byRegex = new ArrayList<>();
        List<Candidate> byMethod = new ArrayList<>();
        for (Candidate candidate : candidates) {
            PathMatch path = candidate.match().path();
            if (path instanceof PathMatch.Exact) {
                byExact.computeIfAbsent(path.value(), key -> new ArrayList<>()).add(candidate);
            } else if (path instanceof PathMatch.Prefix) {
                byPrefix.computeIfAbsent(path.value(), key -> new ArrayList<>()).add(candidate);
            } else if (path instanceof PathMatch.Regex) {
                byRegex.add(candidate);
            } else {
                byMethod.add(candidate);
            }
        }
        byExact.forEach((path, group) -> exact.put(path, sorted(group)));
        regexes = sorted(byRegex);
        // in the order of text a prefix comes before those that extend it, so that they can link to it
        byPrefix.forEach(this::addPrefix);
        anyService = sorted(byMethod);
    }

    private void addPrefix(String prefix, List<Candidate> group) {
        Node node = new Node(sorted(group), longestPrefix(prefix));
        if (prefix.equals("/")) {
            root = node;
        } else {
            prefixes.put(prefix, prefix.hashCode(), node);
            longestPrefix = Math.max(longestPrefix, prefix.length());
        }
    }

    private static List<Candidate> sorted(List<Candidate> group) {
        return group.stream().sorted(MatchOrder.SAME_PATH).toList();
    }

    @Nullable
    Candidate find(RequestView request) {
        String path = request.path();
        List<Candidate> whole = exact.get(path);
        Candidate winner = whole == null ? null : first(whole, request);
        winner = winner != null ? winner : firstByPath(regexes, request);
        winner = winner != null ? winner : firstByPrefix(path, request);
        return winner != null ? winner : firstByPath(anyService, request);
    }

    private @Nullable Candidate firstByPrefix(String path, RequestView request) {
        for (Node node = longestPrefix(path); node != null; node = node.next) {
            Candidate winner = first(node.candidates, request);
            if (winner != null) {
                return winner;
            }
        }
        return null;
    }

    private static @Nullable Candidate first(List<Candidate> samePath, RequestView request) {
        for (int i = 0; i < samePath.size(); i++) {
            Candidate candidate = samePath.get(i);
            if (candidate.match().matchesBesidePath(request)) {
                return candidate;
            }
        }
        return null;
    }

    private static @Nullable Candidate firstByPath(List<Candidate> candidates, RequestView request) {
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            // the cheap part first: an expression costs more than a comparison
            if (candidate.match().matchesBesidePath(request)
                    && candidate.match().path().matches(request.path())) {
                return candidate;
            }
        }
        return null;
    }

    private @Nullable Node longestPrefix(String path) {
        Node best = root;
        int hash = 0;
        int end = Math.min(path.length(), longestPrefix);
        for (int i = 0; i <= end; i++) {
            boolean elementEnds = i > 0 && (i == path.length() || path.charAt(i) == '/');
            if (elementEnds) {
                Node hit = prefixes.get(hash, path, 0, i);
                best = hit != null ? hit : best;
            }
            hash = i < end ? RegionMap.step(hash, path.charAt(i)) : hash;
        }
        return best;
    }
}
