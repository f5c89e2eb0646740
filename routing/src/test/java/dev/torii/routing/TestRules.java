package dev.torii.routing;

import com.google.re2j.Pattern;
import dev.torii.routing.RequestMatch.NamedMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rules written as text, one a line: {@code B1 @host,host <- alternative | alternative}. An alternative is made of
 * {@code =/exact}, {@code /prefix}, {@code ~regex}, a star before {@code /method} for any service, {@code METHOD}, {@code header:value},
 * {@code header:~regex} and {@code ?query=value}. The name before the arrow becomes the rule's name.
 */
final class TestRules {

    private TestRules() {}

    static List<Rule> route(String name, long created, String text) {
        List<Rule> rules = new ArrayList<>();
        for (String line : text.strip().lines().toList()) {
            rules.add(rule(new RouteId(RouteId.Kind.HTTP, "ns", name, created), rules.size(), line));
        }
        return rules;
    }

    static Rule rule(RouteId route, int index, String line) {
        int arrow = line.indexOf("<-");
        String[] head = line.substring(0, arrow).trim().split(" @", -1);
        List<HostPattern> hosts = new ArrayList<>();
        for (String host : head.length > 1 ? head[1].split(",", -1) : new String[] {"*"}) {
            hosts.add(HostPattern.of(host));
        }
        List<RequestMatch> matches = new ArrayList<>();
        for (String alternative : line.substring(arrow + 2).split("\\|", -1)) {
            matches.add(match(alternative.trim()));
        }
        return new Rule(
                route, head[0].trim(), index, hosts, matches, List.of(), List.of(), Timeouts.NONE, null, null, 0);
    }

    private static RequestMatch match(String text) {
        PathMatch path = new PathMatch.Prefix("/");
        String method = null;
        List<NamedMatch> headers = new ArrayList<>();
        List<NamedMatch> query = new ArrayList<>();
        for (String word : text.isEmpty() ? new String[0] : text.split(" +", -1)) {
            if (word.startsWith("=")) {
                path = new PathMatch.Exact(word.substring(1));
            } else if (word.startsWith("/")) {
                path = new PathMatch.Prefix(word);
            } else if (word.startsWith("~")) {
                path = new PathMatch.Regex(Pattern.compile(word.substring(1)));
            } else if (word.startsWith("*/")) {
                path = new PathMatch.AnyService(new TextMatch.Exact(word.substring(2)));
            } else if (word.startsWith("?")) {
                query.add(named(word.substring(1), '='));
            } else if (word.indexOf(':') > 0) {
                headers.add(named(word.toLowerCase(Locale.ROOT), ':'));
            } else {
                method = word;
            }
        }
        return new RequestMatch(path, method, headers, query);
    }

    private static NamedMatch named(String word, char separator) {
        int at = word.indexOf(separator);
        String value = word.substring(at + 1);
        return new NamedMatch(
                word.substring(0, at),
                value.startsWith("~")
                        ? new TextMatch.Regex(Pattern.compile(value.substring(1)))
                        : new TextMatch.Exact(value));
    }

    /** The winning rule's name, or {@code 404}. */
    static String winner(RouteTable table, String request) {
        RouteTable.Candidate candidate = table.find(TestRequest.of(request));
        return candidate == null ? "404" : candidate.rule().name();
    }
}
