package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.CircuitBreaking.Window;
import dev.torii.routing.Resilience.Concurrency;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Resilience.OutlierDetection;
import dev.torii.routing.Resilience.RetryBudget;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SafeguardsTest {

    private static final RequestMatch POST =
            new RequestMatch(new PathMatch.Prefix("/orders"), "POST", List.of(), List.of());
    private static final RateLimit PER_TENANT = new RateLimit(
            "shop/p/per-tenant@Gateway/shop/gw",
            "per-tenant",
            100,
            1000,
            20,
            new HashKey(HashKey.Source.HEADER, "x-tenant"),
            new RateLimit.Store("redis://:secret@redis:6379", false),
            true,
            List.of());
    private static final RateLimit ORDERS =
            new RateLimit("shop/p/orders@Gateway/shop/gw", "orders", 5, 60_000, 5, null, null, false, List.of(POST));

    private static Rule rule(Retry retry, Protection protection, Backend backend) {
        return new Rule(
                new RouteId(RouteId.Kind.HTTP, "shop", "all", 0),
                "shop/all/0",
                0,
                List.of(HostPattern.ANY),
                List.of(new RequestMatch(new PathMatch.Prefix("/"), null, List.of(), List.of())),
                List.of(),
                List.of(backend),
                new Timeouts(2000, 1000),
                null,
                null,
                0,
                Telemetry.DEFAULT,
                retry,
                protection);
    }

    private static String explain(String method, Rule rule, Resilience resilience) {
        Cluster cluster = new Cluster(
                "shop/cart:80",
                "shop/cart",
                Cluster.Protocol.AUTO,
                List.of(new Endpoint("127.0.0.1", 9003)),
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                null,
                null,
                resilience);
        Listener listener = new Listener(
                "shop/gw/http",
                Listener.Protocol.HTTP,
                HostPattern.ANY,
                List.of(),
                ListenerSettings.DEFAULT,
                RouteTable.of(List.of(rule)),
                StreamTable.EMPTY);
        Snapshot snapshot = new Snapshot(
                "v1",
                List.of(new Port(80, Port.Wire.HTTP, List.of(listener))),
                Map.of("shop/cart:80", cluster),
                Mesh.NONE);
        return Explanation.of(snapshot, ProbeRequest.of(method, "http://a.example/orders", List.of()));
    }

    private static Backend cart(Protection protection) {
        return new Backend(1, new Target.ToCluster("shop/cart:80"), List.of(), Telemetry.DEFAULT, protection);
    }

    @Test
    void allIsSaidInOrder() {
        FaultInjection slow = new FaultInjection("slow", 12.5, 2000, 0, 503, 14, List.of());
        FaultInjection both = new FaultInjection("both", 1, 10, 100, 429, 8, List.of(POST));
        Rule rule = rule(
                new Retry(3, List.of(503, 504), 25),
                new Protection(List.of(PER_TENANT), List.of(slow)),
                cart(new Protection(List.of(ORDERS), List.of(both))));
        Resilience resilience = new Resilience(
                new Concurrency(10, 20, 100),
                new CircuitBreaking(true, Window.SECONDS, 30, 20, 50, 800, 80, 5000, 5),
                new OutlierDetection(5, 30_000, 50),
                new HealthCheck(HealthCheck.Kind.GRPC, "shop.Cart", 5000, 1000, 3, 1),
                new RetryBudget(10, 1));
        assertThat(explain("POST", rule, resilience)).endsWith("""
                timeout 2000 ms for the request
                timeout 1000 ms for a try
                retry up to 3 times, after 25 ms or more, when not connected, answered 503, 504 or out of time
                limit shop/p/per-tenant@Gateway/shop/gw: 100 in 1000 ms for each header x-tenant, 20 at once, counted in \
                redis://***@redis:6379, only counted
                fault slow: 12.5 % wait 2000 ms
                backend 100.0 %: shop/cart:80 (least request): 127.0.0.1:9003
                  limit shop/p/orders@Gateway/shop/gw: 5 in 60000 ms, 5 at once
                  fault both: 1 % wait 10 ms, 100 % get 429
                  at most 10 in flight, 20 more wait up to 100 ms
                  breaker of each endpoint opens for 5000 ms when of 30 seconds, at least 20 calls, 50 % failed or 80 % took \
                800 ms
                  an endpoint is left out for 30000 ms after 5 errors in a row, at most 50 % of them
                  endpoints are checked by gRPC for shop.Cart every 5000 ms
                  retries at most 10 % of the requests, or 1 a second
                """);
    }

    @Test
    void whatIsNotForTheRequestIsLeftOut() {
        Rule rule =
                rule(new Retry(1, List.of(), 25), new Protection(List.of(ORDERS), List.of()), cart(Protection.NONE));
        Resilience resilience = new Resilience(
                new Concurrency(10, 0, 0),
                new CircuitBreaking(false, Window.CALLS, 100, 20, 50, 0, 100, 5000, 5),
                null,
                new HealthCheck(HealthCheck.Kind.HTTP, "/healthz", 5000, 1000, 3, 1),
                RetryBudget.DEFAULT);
        assertThat(explain("GET", rule, resilience)).endsWith("""
                retry once, after 25 ms or more, when not connected or out of time
                backend 100.0 %: shop/cart:80 (least request): 127.0.0.1:9003
                  at most 10 in flight
                  breaker opens for 5000 ms when of 100 calls, at least 20 calls, 50 % failed
                  endpoints are checked by GET /healthz every 5000 ms
                """);
    }
}
