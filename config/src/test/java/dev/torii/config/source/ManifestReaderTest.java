package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.RouteFilter;
import dev.torii.config.resource.Service;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Filter;
import dev.torii.routing.HashKey;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Timeouts;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestReaderTest {

    private static final String SHOP = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge}
            spec:
              gatewayClassName: torii
              listeners:
              - {name: http, port: 8080, protocol: HTTP, hostname: "*.shop.example"}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata:
              name: shop
              annotations:
                torii.dev/split-by: "header:X-User"
            spec:
              parentRefs: [{name: edge}]
              hostnames: [www.shop.example]
              rules:
              - matches:
                - path: {type: PathPrefix, value: /cart}
                  headers: [{name: Version, value: two}]
                filters:
                - type: RequestHeaderModifier
                  requestHeaderModifier: {set: [{name: X-A, value: b}], remove: [x-c]}
                - type: RequestMirror
                  requestMirror: {backendRef: {name: shadow, port: 80}, fraction: {numerator: 1, denominator: 4}}
                timeouts: {request: 1s500ms}
                backendRefs:
                - {name: cart, port: 80, weight: 90}
                - {name: cart-next, namespace: next, port: 80, weight: 10}
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: cart
              annotations: {torii.dev/endpoints: "127.0.0.1:9001, [::1]:9002"}
            spec: {ports: [{port: 80, appProtocol: kubernetes.io/h2c}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart-next-1, namespace: next, labels: {kubernetes.io/service-name: cart-next}}
            addressType: IPv4
            endpoints:
            - {addresses: [10.0.0.1]}
            - {addresses: [10.0.0.2], conditions: {ready: false}}
            ports: [{port: 3000}]
            """;

    private final Read read = ManifestReader.parse("shop.yaml", SHOP);

    @Test
    void readsAllWithoutAFinding() {
        assertThat(read.findings()).isEmpty();
        assertThat(read.readable()).isTrue();
        assertThat(read.resources().all())
                .extracting(each -> each.describe())
                .containsExactly(
                        "EndpointSlice next/cart-next-1",
                        "Gateway default/edge",
                        "HTTPRoute default/shop",
                        "Service default/cart");
    }

    @Test
    void readsAGateway() {
        Gateway gateway = read.resources().find(Gateway.class, "default", "edge");
        Gateway.Listener listener = gateway.listeners().get(0);
        assertThat(listener.port()).isEqualTo(8080);
        assertThat(listener.hostname().value()).isEqualTo("*.shop.example");
        assertThat(listener.tls()).isNull();
        assertThat(gateway.at("spec.listeners[0].port")).hasToString("shop.yaml:7:24");
    }

    @Test
    void readsARoute() {
        HttpRoute route = read.resources().find(HttpRoute.class, "default", "shop");
        assertThat(route.splitBy()).isEqualTo(new HashKey(HashKey.Source.HEADER, "x-user"));
        assertThat(route.parentRefs().get(0).target().path()).isEqualTo("default/edge");
        var rule = route.rules().get(0);
        assertThat(rule.matches().get(0).path()).isEqualTo(new PathMatch.Prefix("/cart"));
        assertThat(rule.matches().get(0).headers().get(0).name()).isEqualTo("version");
        assertThat(rule.timeouts()).isEqualTo(new Timeouts(1500, 0));
        assertThat(rule.backendRefs().get(1).target().path()).isEqualTo("next/cart-next");
        assertThat(rule.backendRefs().get(1).weight()).isEqualTo(10);
        assertThat(rule.filters()).hasSize(2);
        assertThat(((RouteFilter.Plain) rule.filters().get(0)).filter()).isInstanceOf(Filter.RequestHeaders.class);
        assertThat(((RouteFilter.Mirror) rule.filters().get(1)).denominator()).isEqualTo(4);
        assertThat(route.at("spec.rules[0].backendRefs[1].weight")).hasToString("shop.yaml:30:60");
        assertThat(route.at("spec.rules[0].backendRefs[1].filters[3]")).hasToString("shop.yaml:30:7");
        assertThat(route.at("metadata.annotations[torii.dev/split-by]")).hasToString("shop.yaml:14:25");
    }

    @Test
    void readsServicesAndEndpoints() {
        Service service = read.resources().find(Service.class, "default", "cart");
        assertThat(service.endpoints()).containsExactly(new Endpoint("127.0.0.1", 9001), new Endpoint("::1", 9002));
        assertThat(service.port(80).appProtocol()).isEqualTo("kubernetes.io/h2c");
        List<EndpointSlice> slices = read.resources().slicesOf("next", "cart-next");
        assertThat(slices).hasSize(1);
        assertThat(slices.get(0).ready()).containsExactly("10.0.0.1");
    }

    @Test
    void pointsAtATypo() {
        Read bad = ManifestReader.parse("bad.yaml", SHOP.replace("backendRefs:", "backendRef:"));
        assertThat(bad.readable()).isFalse();
        assertThat(bad.findings())
                .extracting(Finding::toString)
                .containsExactly(
                        "bad.yaml:28:5: error: UnknownField: unknown field `backendRef`, did you mean `backendRefs`?");
        assertThat(bad.findings().get(0).object()).isEqualTo("HTTPRoute default/shop");
    }
}
