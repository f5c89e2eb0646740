package dev.torii.routing;

import dev.torii.routing.RouteTable.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The first step of a look-up: the hostnames that match a request's host, most specific first. Each hostname knows the
 * next less specific one of the table, so only the first has to be searched for.
 */
final class HostIndex {

    private final Map<String, Node> exact = new HashMap<>();
    /** By the wildcard's suffix with its dot, hashed from the right. */
    private final RegionMap<Node> wildcards = new RegionMap<>();

    private @Nullable Node any;
    private int longestSuffix;

    private record Node(PathIndex paths, @Nullable Node next) {}

    HostIndex(List<Rule> rules) {
        Map<HostPattern, List<Candidate>> byHost = new TreeMap<>();
        for (Rule rule : rules) {
            for (HostPattern host : rule.hostnames()) {
                List<Candidate> candidates = byHost.computeIfAbsent(host, key -> new ArrayList<>());
                rule.matches().forEach(match -> candidates.add(new Candidate(rule, match, host)));
            }
        }
        // least specific first, so that each can link to the next
        List<HostPattern> hosts = new ArrayList<>(byHost.keySet());
        for (int i = hosts.size() - 1; i >= 0; i--) {
            add(hosts.get(i), new PathIndex(byHost.getOrDefault(hosts.get(i), List.of())));
        }
    }

    private void add(HostPattern host, PathIndex paths) {
        if (host.isAny()) {
            any = new Node(paths, null);
        } else if (host.isWildcard()) {
            String suffix = host.value().substring(1);
            longestSuffix = Math.max(longestSuffix, suffix.length());
            Node node = new Node(paths, longestWildcard(suffix.substring(1)));
            wildcards.put(suffix, new StringBuilder(suffix).reverse().toString().hashCode(), node);
        } else {
            exact.put(host.value(), new Node(paths, longestWildcard(host.value())));
        }
    }

    @Nullable
    Candidate find(RequestView request) {
        String host = request.host();
        Node node = exact.get(host);
        for (node = node != null ? node : longestWildcard(host); node != null; node = node.next) {
            Candidate winner = node.paths.find(request);
            if (winner != null) {
                return winner;
            }
        }
        return null;
    }

    /** The longest wildcard that matches, else the node of any host, else null. */
    private @Nullable Node longestWildcard(String host) {
        Node best = any;
        int hash = 0;
        int stop = Math.max(1, host.length() - longestSuffix);
        for (int i = host.length() - 1; i >= stop; i--) {
            char c = host.charAt(i);
            hash = RegionMap.step(hash, c);
            if (c == '.') {
                Node hit = wildcards.get(hash, host, i, host.length());
                best = hit != null ? hit : best;
            }
        }
        return best;
    }
}
