package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.RequestMatch.NamedMatch;
import dev.torii.routing.RouteTable.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The compiled table agrees with the precedence rules written down naively, over many small random tables. */
class RouteTablePropertyTest {

    private static final List<String> HOSTS = List.of("*", "*.b.c", "*.a.b.c", "a.b.c", "x.a.b.c", "b.c", "*.c");
    private static final List<String> PATHS = List.of(
            "/",
            "/a",
            "/a/",
            "/a/b",
            "/a/b/c",
            "/ab",
            "=/",
            "=/a",
            "=/a/",
            "=/a/b",
            "~/a.*",
            "~/[ab]+/b",
            "~/.*",
            "*/b");
    private static final List<String> WORDS = List.of("h1:x", "h1:y", "h2:x", "?q1=x", "?q1=y", "?q2=~x+", "h2:~[xy]");
    private static final List<String> METHODS = List.of("GET", "POST");
    private static final List<String> REQUEST_HOSTS =
            List.of("", "a.b.c", "x.a.b.c", "y.x.a.b.c", "b.c", "z.c", "other");
    private static final List<String> REQUEST_PATHS =
            List.of("/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c/d", "/ab", "/ab/b", "/c", "/a/bc");

    @Test
    void agreesWithTheNaiveScan() {
        long seed = Long.getLong("torii.seed", System.nanoTime());
        System.out.println("RouteTablePropertyTest: -Dtorii.seed=" + seed);
        Random random = new Random(seed);
        int matched = 0;
        for (int round = 0; round < 4_000; round++) {
            List<Rule> rules = rules(random);
            RouteTable table = RouteTable.of(rules);
            for (int i = 0; i < 10; i++) {
                TestRequest request = request(random);
                Candidate expected = naive(rules, request);
                Candidate actual = table.find(request);
                assertThat(actual).as("seed %d, %s in %s", seed, request, rules).isEqualTo(expected);
                Candidate explained = table.explain(request).stream()
                        .filter(Considered::matched)
                        .map(Considered::candidate)
                        .findFirst()
                        .orElse(null);
                assertThat(explained)
                        .as("explain, seed %d, %s in %s", seed, request, rules)
                        .isEqualTo(expected);
                matched += actual == null ? 0 : 1;
            }
        }
        assertThat(matched).as("the generator makes requests that match").isGreaterThan(10_000);
    }

    private static List<Rule> rules(Random random) {
        List<Rule> rules = new ArrayList<>();
        int routes = 1 + random.nextInt(6);
        for (int r = 0; r < routes; r++) {
            RouteId id = new RouteId(RouteId.Kind.HTTP, "ns" + random.nextInt(2), "r" + r, random.nextInt(3));
            int count = 1 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                rules.add(TestRules.rule(id, i, line("r" + r + "/" + i, random)));
            }
        }
        return rules;
    }

    private static String line(String name, Random random) {
        StringBuilder line = new StringBuilder(name).append(" @").append(pick(HOSTS, random));
        if (random.nextBoolean()) {
            line.append(',').append(pick(HOSTS, random));
        }
        line.append(" <- ");
        int alternatives = 1 + random.nextInt(3);
        for (int a = 0; a < alternatives; a++) {
            line.append(a == 0 ? "" : " | ").append(pick(PATHS, random));
            line.append(random.nextInt(3) == 0 ? " " + pick(METHODS, random) : "");
            int words = random.nextInt(3);
            for (int w = 0; w < words; w++) {
                line.append(' ').append(pick(WORDS, random));
            }
        }
        return line.toString();
    }

    private static TestRequest request(Random random) {
        String query = random.nextBoolean() ? "?q1=" + (random.nextBoolean() ? "x" : "y") + "&q2=xx" : "";
        String headers = random.nextBoolean() ? " h1:" + (random.nextBoolean() ? "x" : "y") + " h2:x" : "";
        return TestRequest.of(pick(METHODS, random) + " " + pick(REQUEST_HOSTS, random) + pick(REQUEST_PATHS, random)
                + query + headers);
    }

    private static <T> T pick(List<T> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }

    /** Every match under every hostname, the best so far kept. */
    private static @Nullable Candidate naive(List<Rule> rules, TestRequest request) {
        Candidate best = null;
        for (Rule rule : rules) {
            for (HostPattern host : rule.hostnames()) {
                for (RequestMatch match : rule.matches()) {
                    Candidate candidate = new Candidate(rule, match, host);
                    if (fits(candidate, request) && (best == null || beats(candidate, best))) {
                        best = candidate;
                    }
                }
            }
        }
        return best;
    }

    private static boolean fits(Candidate candidate, TestRequest request) {
        RequestMatch match = candidate.match();
        String host = candidate.hostname().value();
        boolean wildcardFits = host.startsWith("*")
                && request.host().endsWith(host.substring(1))
                && !request.host().startsWith(".");
        boolean hostFits = host.equals("*") || host.equals(request.host()) || wildcardFits;
        return hostFits
                && pathFits(match.path(), request.path())
                && (match.method() == null || match.method().equals(request.method()))
                && match.headers().stream().allMatch(h -> fits(h, request.header(h.name())))
                && match.query().stream().allMatch(q -> fits(q, request.query(q.name())));
    }

    private static boolean fits(NamedMatch wanted, @Nullable String actual) {
        return actual != null && wanted.value().matches(actual);
    }

    private static boolean pathFits(PathMatch match, String path) {
        if (match instanceof PathMatch.Exact exact) {
            return path.equals(exact.value());
        }
        if (match instanceof PathMatch.Prefix prefix) {
            return prefix.value().equals("/") || (path + "/").startsWith(prefix.value() + "/");
        }
        if (match instanceof PathMatch.Regex regex) {
            return path.matches(regex.value());
        }
        return path.matches("/[^/]+/" + match.value().substring("/*/".length()));
    }

    private static boolean beats(Candidate a, Candidate b) {
        long[] left = rank(a);
        long[] right = rank(b);
        for (int i = 0; i < left.length; i++) {
            if (left[i] != right[i]) {
                return left[i] > right[i];
            }
        }
        int byName = a.rule().route().path().compareTo(b.rule().route().path());
        if (byName != 0 || a.rule().index() != b.rule().index()) {
            return byName != 0 ? byName < 0 : a.rule().index() < b.rule().index();
        }
        return a.rule().matches().indexOf(a.match()) < b.rule().matches().indexOf(b.match());
    }

    /** Higher is better, from the left. */
    private static long[] rank(Candidate c) {
        String host = c.hostname().value();
        PathMatch path = c.match().path();
        return new long[] {
            host.startsWith("*") ? 0 : host.length(),
            host.equals("*") ? 0 : host.length(),
            path instanceof PathMatch.Exact
                    ? 3
                    : path instanceof PathMatch.Regex ? 2 : path instanceof PathMatch.Prefix ? 1 : 0,
            path instanceof PathMatch.Prefix ? path.value().length() : 0,
            c.match().method() != null ? 1 : 0,
            c.match().headers().size(),
            c.match().query().size(),
            -c.rule().route().createdEpochSecond()
        };
    }
}
