package dev.torii.proxy.admin;

import com.google.re2j.Pattern;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Destination;
import dev.torii.routing.Endpoint;
import dev.torii.routing.FaultInjection;
import dev.torii.routing.Filter;
import dev.torii.routing.HashKey;
import dev.torii.routing.HeaderChange;
import dev.torii.routing.HostPattern;
import dev.torii.routing.InboundPort;
import dev.torii.routing.KeyPair;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Mesh;
import dev.torii.routing.PathChange;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Port;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.Resilience;
import dev.torii.routing.Retry;
import dev.torii.routing.RouteId;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import dev.torii.routing.SessionPersistence;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Speaks;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.StreamTable;
import dev.torii.routing.Target;
import dev.torii.routing.Telemetry;
import dev.torii.routing.TextMatch;
import dev.torii.routing.Timeouts;
import dev.torii.routing.Tracing;
import dev.torii.routing.UpstreamTls;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/** A snapshot in which everything that can be is there, and every text and number is its own. */
final class SampleSnapshot {

    static final String SECRET = "never-to-be-seen";

    private SampleSnapshot() {}

    static Snapshot make() {
        return new Snapshot("v-77", List.of(port()), Map.of("shop/cart:8080", cluster()), mesh());
    }

    private static Port port() {
        Listener listener = new Listener(
                "infra/edge/https",
                Listener.Protocol.HTTPS,
                HostPattern.of("*.shop.example"),
                List.of(new KeyPair("infra/cert", "-----CERT-----", SECRET)),
                new ListenerSettings(3, true, true, 1001, 1002, 1003, 1004, 1005, 1006, 1007),
                RouteTable.of(List.of(rule())),
                StreamTable.of(List.of(new StreamRoute(
                        new RouteId(RouteId.Kind.TLS, "ns-tls", "passthrough", 1008),
                        "ns-tls/passthrough/0",
                        List.of(HostPattern.of("db.shop.example")),
                        List.of(new Backend(1009, new Target.Invalid("backend_not_found"), List.of()))))),
                telemetry("x-of-listener"));
        return new Port(8443, Port.Wire.TLS, List.of(listener));
    }

    private static Mesh mesh() {
        Destination destination = new Destination(
                "shop", "stock", List.of("10.96.0.9", "fd00::9"), 1028, Speaks.HTTP, inMesh("shop/stock:1028"));
        InboundPort inbound = new InboundPort(1029, Speaks.CLIENT_FIRST, inMesh("shop/web:1029"));
        return Mesh.of("shop", List.of(destination), List.of(inbound));
    }

    private static Listener inMesh(String name) {
        return new Listener(
                name,
                Listener.Protocol.HTTP,
                HostPattern.ANY,
                List.of(),
                ListenerSettings.DEFAULT,
                RouteTable.EMPTY,
                StreamTable.EMPTY);
    }

    private static Rule rule() {
        return new Rule(
                new RouteId(RouteId.Kind.HTTP, "shop", "cart-route", 1010),
                "shop/cart-route/first",
                1011,
                List.of(HostPattern.of("www.shop.example")),
                List.of(
                        match(new PathMatch.Exact("/exact")),
                        match(new PathMatch.Prefix("/prefix")),
                        match(new PathMatch.Regex(Pattern.compile("/re(gex)?"))),
                        match(new PathMatch.AnyService(new TextMatch.Exact("Method")))),
                filters(),
                List.of(new Backend(
                        1012,
                        new Target.ToCluster("shop/cart:8080"),
                        List.of(),
                        telemetry("x-of-backend"),
                        protection("of-backend", 1033))),
                new Timeouts(1013, 1014),
                new SessionPersistence(SessionPersistence.Type.COOKIE, "sid", "/session", 1015, true),
                new HashKey(HashKey.Source.HEADER, "x-user"),
                1016,
                telemetry("x-of-rule"),
                new Retry(1031, List.of(511), 1032),
                protection("of-rule", 1043));
    }

    /** @param number the first of ten that are its own */
    private static Protection protection(String name, int number) {
        List<RequestMatch> matches = List.of(match(new PathMatch.Exact("/" + name)));
        return new Protection(
                List.of(new RateLimit(
                        "shop/limits/" + name,
                        name,
                        number,
                        number + 1,
                        number + 2,
                        new HashKey(HashKey.Source.CLIENT_ADDRESS, ""),
                        new RateLimit.Store("redis://" + SECRET + ":" + SECRET + "@redis:" + (number + 3), true),
                        true,
                        matches)),
                List.of(new FaultInjection(
                        "fault-" + name,
                        number % 7 + 0.5,
                        number + 4,
                        number % 5 + 0.25,
                        number + 5,
                        number + 6,
                        matches)));
    }

    private static Resilience resilience() {
        return new Resilience(
                new Resilience.Concurrency(1053, 1054, 1055),
                new Resilience.CircuitBreaking(
                        true, Resilience.CircuitBreaking.Window.SECONDS, 1056, 1057, 1058, 1059, 1060, 1061, 1062),
                new Resilience.OutlierDetection(1063, 1064, 1065),
                new Resilience.HealthCheck(Resilience.HealthCheck.Kind.GRPC, "of.health", 1066, 1067, 1068, 1069),
                new Resilience.RetryBudget(1070, 1071));
    }

    private static Telemetry telemetry(String header) {
        return new Telemetry(
                new Tracing(
                        12.5,
                        EnumSet.allOf(Tracing.Propagation.class),
                        List.of(new Tracing.Force("x-trace-me", "please"), new Tracing.Force("x-debug-token", SECRET)),
                        List.of("x-tenant")),
                new AccessLogging(
                        List.of(new LoggedHeader(header, LoggedHeader.Mode.HASH)),
                        List.of(new LoggedHeader("x-cache", LoggedHeader.Mode.MASK)),
                        418,
                        1030,
                        37.5));
    }

    private static RequestMatch match(PathMatch path) {
        return new RequestMatch(
                path,
                "PATCH",
                List.of(
                        new RequestMatch.NamedMatch("x-canary", new TextMatch.Exact("always")),
                        new RequestMatch.NamedMatch(
                                "x-crumbs", TextMatch.regex(Pattern.compile("(.*; *)?beta=yes(;.*)?"))),
                        new RequestMatch.NamedMatch("authorization", new TextMatch.Exact(SECRET))),
                List.of(
                        new RequestMatch.NamedMatch("page", new TextMatch.Regex(Pattern.compile("[0-9]+"))),
                        new RequestMatch.NamedMatch("token", new TextMatch.Exact(SECRET))));
    }

    private static List<Filter> filters() {
        HeaderChange change = new HeaderChange(
                List.of(new HeaderChange.Header("x-set", "set-value"), new HeaderChange.Header("X-Api-Key", SECRET)),
                List.of(new HeaderChange.Header("x-add", "add-value")),
                List.of("x-remove"));
        return List.of(
                new Filter.RequestHeaders(change),
                new Filter.ResponseHeaders(change),
                new Filter.Mirror(new Target.ToCluster("shop/shadow:80"), 1017, 1018),
                new Filter.Redirect("https", "moved.example", new PathChange.Full("/full"), 1019, 1020),
                new Filter.Rewrite("inner.example", new PathChange.Prefix("/inner")),
                new Filter.Cors(
                        List.of("https://page.example"),
                        true,
                        List.of("PURGE"),
                        List.of("x-allow"),
                        List.of("x-expose"),
                        1021));
    }

    private static Cluster cluster() {
        return new Cluster(
                "shop/cart:8080",
                "shop/cart",
                Cluster.Protocol.HTTP2,
                List.of(new Endpoint("10.9.8.7", 1022), new Endpoint("fd00::7", 1023)),
                new LoadBalancing(
                        LoadBalancing.Algorithm.CONSISTENT_HASH,
                        new HashKey(HashKey.Source.COOKIE, "user-cookie"),
                        1024),
                new ConnectionSettings(1025, 1026, 1027),
                new UpstreamTls(
                        "inner.tls.example",
                        List.of(new UpstreamTls.SubjectAltName(UpstreamTls.SubjectAltName.Type.URI, "spiffe://x")),
                        "-----CA-----",
                        new KeyPair("shop/client", "-----CLIENT-----", SECRET)),
                "no_valid_ca",
                resilience());
    }
}
