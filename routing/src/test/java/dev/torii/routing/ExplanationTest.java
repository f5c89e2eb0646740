package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationTest {

    private static Rule rule(String name, String prefix, List<RequestMatch.NamedMatch> headers, Backend... backends) {
        return new Rule(
                new RouteId(RouteId.Kind.HTTP, "shop", name, 0),
                "shop/" + name + "/0",
                0,
                List.of(HostPattern.ANY),
                List.of(new RequestMatch(new PathMatch.Prefix(prefix), null, headers, List.of())),
                List.of(),
                List.of(backends),
                new Timeouts(1000, 0),
                null,
                null,
                0);
    }

    private static final Snapshot SNAPSHOT = new Snapshot(
            "v1",
            List.of(new Port(
                    80,
                    Port.Wire.HTTP,
                    List.of(new Listener(
                            "shop/gw/http",
                            Listener.Protocol.HTTP,
                            HostPattern.of("*.example"),
                            List.of(),
                            ListenerSettings.DEFAULT,
                            RouteTable.of(List.of(
                                    rule("all", "/", List.of()),
                                    rule(
                                            "cart",
                                            "/cart",
                                            List.of(),
                                            new Backend(90, new Target.ToCluster("shop/cart:80"), List.of()),
                                            new Backend(10, new Target.Invalid("backend_not_found"), List.of())),
                                    rule(
                                            "preview",
                                            "/cart",
                                            List.of(new RequestMatch.NamedMatch(
                                                    "x-preview", new TextMatch.Exact("v2")))))),
                            StreamTable.EMPTY)))),
            Map.of(
                    "shop/cart:80",
                    new Cluster(
                            "shop/cart:80",
                            "shop/cart",
                            Cluster.Protocol.AUTO,
                            List.of(new Endpoint("127.0.0.1", 9003)),
                            LoadBalancing.DEFAULT,
                            ConnectionSettings.DEFAULT,
                            null,
                            null)),
            Mesh.NONE);

    private static String explain(String url, String... headers) {
        return Explanation.of(SNAPSHOT, ProbeRequest.of("get", url, List.of(headers)));
    }

    @Test
    void saysWhoWinsWhyAndWhatMissed() {
        assertThat(explain("http://a.example/cart?x=1")).isEqualTo("""
                        GET http://a.example:80/cart
                        listener shop/gw/http (HTTP, host *.example) is the most specific of 1 on port 80
                        rule shop/cart/0 (HTTPRoute) wins by prefix /cart
                          would win, but: shop/preview/0 by prefix /cart, header x-preview: header x-preview: wanted "v2", got none
                          also matches, less specific: shop/all/0 by prefix /
                        timeout 1000 ms for the request
                        backend 90.0 %: shop/cart:80 (least request): 127.0.0.1:9003
                        backend 10.0 %: 500, backend_not_found
                        """);
        assertThat(explain("http://a.example/cart", "X-Preview", "v2"))
                .contains("rule shop/preview/0 (HTTPRoute) wins");
    }

    @Test
    void saysWhyNothingTakesIt() {
        assertThat(explain("http://example/"))
                .contains("404: no listener of port 80 takes the host; they take *.example");
        assertThat(explain("http://a.example:81/")).contains("no listener on port 81; there are 80");
        assertThat(explain("https://a.example:80/")).contains("but it speaks HTTP, and the URL says https");
    }

    @Test
    void saysWhatFiltersBackendsAndClustersDo() {
        List<Filter> filters = List.of(
                new Filter.RequestHeaders(
                        new HeaderChange(List.of(new HeaderChange.Header("X", "1")), List.of(), List.of("Cookie"))),
                new Filter.Mirror(new Target.ToCluster("shop/copy:80"), 1, 10),
                new Filter.Rewrite("inner.example", new PathChange.Prefix("")));
        Cluster tls = new Cluster(
                "shop/tls:443",
                "shop/tls",
                Cluster.Protocol.HTTP2,
                List.of(),
                new LoadBalancing(
                        LoadBalancing.Algorithm.CONSISTENT_HASH, new HashKey(HashKey.Source.HEADER, "x-user"), 30_000),
                new ConnectionSettings(5, 6, 7),
                new UpstreamTls("tls.example", List.of(), null, null),
                null);
        Rule rule = new Rule(
                new RouteId(RouteId.Kind.GRPC, "shop", "r", 0),
                "shop/r/name",
                0,
                List.of(HostPattern.of("*.example")),
                List.of(new RequestMatch(
                        new PathMatch.AnyService(new TextMatch.Exact("Say")), "POST", List.of(), List.of())),
                filters,
                List.of(new Backend(1, new Target.ToCluster("shop/tls:443"), List.of())),
                new Timeouts(0, 20),
                new SessionPersistence(SessionPersistence.Type.COOKIE, "sid", "/", 0, false),
                new HashKey(HashKey.Source.COOKIE, "user"),
                100);
        Listener listener = new Listener(
                "shop/gw/https",
                Listener.Protocol.HTTPS,
                HostPattern.ANY,
                List.of(),
                ListenerSettings.DEFAULT,
                RouteTable.of(List.of(rule)),
                StreamTable.EMPTY);
        Snapshot snapshot = new Snapshot(
                "v1", List.of(new Port(443, Port.Wire.TLS, List.of(listener))), Map.of("shop/tls:443", tls), Mesh.NONE);
        assertThat(Explanation.of(snapshot, ProbeRequest.of("POST", "https://a.example/p.S/Say", List.of())))
                .isEqualTo("""
                        POST https://a.example:443/p.S/Say
                        listener shop/gw/https (HTTPS, host *) is the most specific of 1 on port 443
                        rule shop/r/name (GRPCRoute) wins by method /*/Say, method POST, host *.example
                        filter request headers: set X=1, remove Cookie
                        filter mirror 1/10 to shop/copy:80
                        filter rewrite host inner.example path prefix /
                        timeout 20 ms for a try
                        413 for bodies over 100 bytes
                        sticky by cookie sid
                        split by cookie user
                        backend 100.0 %: shop/tls:443 (consistent hash on header x-user, slow start 30000 ms, HTTP/2, TLS as tls.example, connect timeout 5 ms, idle timeout 6 ms, at most 7 connections per endpoint): 503, no endpoint is ready
                        """);
        assertThat(Explanation.of(snapshot, ProbeRequest.of("CONNECT", "https://a.example/", List.of())))
                .endsWith("405: the listener does not allow CONNECT\n");
    }

    @Test
    void asksASidecarByTheServiceAndNotByTheHost() {
        Listener listener = SNAPSHOT.ports().get(0).listeners().get(0);
        Rule own = new Rule(
                new RouteId(RouteId.Kind.NONE, "shop", "own", 0),
                "shop/own/-",
                0,
                List.of(HostPattern.ANY),
                List.of(new RequestMatch(new PathMatch.Prefix("/"), null, List.of(), List.of())),
                List.of(),
                List.of(new Backend(1, new Target.ToCluster("shop/cart:80"), List.of())),
                Timeouts.NONE,
                null,
                null,
                0);
        StreamRoute bytes = new StreamRoute(own.route(), own.name(), List.of(HostPattern.ANY), own.backends());
        Mesh mesh = Mesh.of(
                "shop",
                List.of(
                        new Destination("shop", "cart", List.of("10.96.0.1"), 80, Speaks.HTTP, listener),
                        destination(6379, Speaks.TCP, Listener.Protocol.TCP, List.of(), List.of(bytes)),
                        destination(9000, Speaks.UNKNOWN, Listener.Protocol.HTTP, List.of(own), List.of(bytes))),
                List.of());
        Snapshot snapshot = new Snapshot("v1", List.of(), SNAPSHOT.clusters(), mesh);
        assertThat(Explanation.of(
                        snapshot, ProbeRequest.of("GET", "http://10.96.0.1/cart", List.of("Host", "b.example"))))
                .startsWith("""
                        GET http://10.96.0.1:80/cart
                        Service shop/cart port 80, HTTP
                        rule shop/cart/0 (HTTPRoute) wins by prefix /cart
                        """);
        assertThat(Explanation.of(snapshot, ProbeRequest.of("GET", "http://own:9000/", List.of())))
                .isEqualTo("""
                        GET http://own:9000/
                        Service shop/own port 9000, whatever its first bytes tell within a moment
                        no route is bound to it, so it leads to its own endpoints
                        backend 100.0 %: shop/cart:80 (least request): 127.0.0.1:9003
                        """);
        assertThat(Explanation.of(snapshot, ProbeRequest.of("GET", "http://own:6379/", List.of())))
                .contains("bytes, passed through\nno route is bound to it");
        assertThat(Explanation.of(snapshot, ProbeRequest.of("GET", "http://example.com/", List.of())))
                .contains("passed through untouched");
    }

    private static Destination destination(
            int port, Speaks speaks, Listener.Protocol protocol, List<Rule> rules, List<StreamRoute> streams) {
        return new Destination(
                "shop",
                "own",
                List.of(),
                port,
                speaks,
                new Listener(
                        "shop/own:" + port,
                        protocol,
                        HostPattern.ANY,
                        List.of(),
                        ListenerSettings.DEFAULT,
                        RouteTable.of(rules),
                        StreamTable.of(streams)));
    }
}
