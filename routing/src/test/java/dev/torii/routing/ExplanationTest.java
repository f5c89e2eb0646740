package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
                            null)));

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
        assertThat(explain("http://example/")).contains("404: no listener of port 80 takes the host");
        assertThat(explain("http://a.example:81/")).contains("no listener on port 81; there are 80");
        assertThatThrownBy(() -> explain("/cart"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"/cart\" is not like http://shop.example/cart");
    }
}
