package dev.torii.bench;

import dev.torii.routing.HostPattern;
import dev.torii.routing.PathMatch;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.RequestMatch.NamedMatch;
import dev.torii.routing.RequestView;
import dev.torii.routing.RouteId;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import dev.torii.routing.TextMatch;
import dev.torii.routing.Timeouts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to find the rule of a request among many.
 *
 * <p>The table is that of a house with many teams: twenty rules a host, one host in twenty a wildcard; of each twenty
 * rules eleven are path prefixes of one to three elements, five exact paths, three a prefix with a header, one a prefix
 * with a method. Nine requests in ten find a rule, one finds none. The seed is fixed, so every run sees the same.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RouteLookup {

    private static final int REQUESTS = 4096;
    private static final int RULES_PER_HOST = 20;

    /** How many rules. */
    @Param({"10", "1000", "10000"})
    public int routes;

    private RouteTable table = RouteTable.EMPTY;
    private final List<Request> requests = new ArrayList<>();
    private int next;

    private record Request(String method, String host, String path, Map<String, String> headers)
            implements RequestView {
        @Override
        public @Nullable String header(String name) {
            return headers.get(name);
        }

        @Override
        public @Nullable String query(String name) {
            return null;
        }
    }

    /** Makes the table and the requests, and sees that the requests find what they were made for. */
    @Setup
    public void setUp() {
        Random random = new Random(20260101);
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            rules.add(rule(i));
        }
        table = RouteTable.of(rules);
        int found = 0;
        for (int i = 0; i < REQUESTS; i++) {
            Request request = request(random, random.nextInt(routes), i % 10 == 0);
            requests.add(request);
            found += table.find(request) == null ? 0 : 1;
        }
        if (found != REQUESTS - (REQUESTS + 9) / 10) {
            throw new IllegalStateException(found + " of " + REQUESTS + " requests find a rule");
        }
    }

    /** One look-up. */
    @Benchmark
    public RouteTable.@Nullable Candidate find() {
        next = (next + 1) & (REQUESTS - 1);
        return table.find(requests.get(next));
    }

    private static Rule rule(int number) {
        int kind = number % RULES_PER_HOST;
        PathMatch path = kind < 15 ? new PathMatch.Prefix(path(number)) : new PathMatch.Exact(path(number));
        List<NamedMatch> headers =
                kind >= 11 && kind < 14 ? List.of(new NamedMatch("x-env", new TextMatch.Exact("prod"))) : List.of();
        RequestMatch match = new RequestMatch(path, kind == 14 ? "POST" : null, headers, List.of());
        RouteId id = new RouteId(RouteId.Kind.HTTP, "team-" + number / RULES_PER_HOST, "route-" + number, number);
        HostPattern host = HostPattern.of((wildcard(number) ? "*" : "www") + domain(number));
        return new Rule(
                id,
                id.path() + "/0",
                0,
                List.of(host),
                List.of(match),
                List.of(),
                List.of(),
                Timeouts.NONE,
                null,
                null,
                0);
    }

    private static Request request(Random random, int number, boolean miss) {
        int kind = number % RULES_PER_HOST;
        String host = (wildcard(number) ? "shard-" + random.nextInt(100) : "www") + domain(number);
        String below = kind < 15 && random.nextBoolean() ? "/items/" + random.nextInt(1000) : "";
        String path = miss ? "/nowhere/" + random.nextInt(1000) : path(number) + below;
        Map<String, String> headers = Map.of("x-env", "prod", "accept", "*/*", "user-agent", "jmh");
        return new Request(kind == 14 ? "POST" : "GET", host, path, headers);
    }

    private static boolean wildcard(int number) {
        return number / RULES_PER_HOST % RULES_PER_HOST == RULES_PER_HOST - 1;
    }

    private static String domain(int number) {
        return ".team-" + number / RULES_PER_HOST + ".shop.example";
    }

    private static String path(int number) {
        String first = "/service-" + number;
        return switch (number % 3) {
            case 0 -> first;
            case 1 -> "/api" + first;
            default -> "/api/v2" + first;
        };
    }
}
