package dev.torii.cli;

import dev.torii.testkit.Certificates;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ServiceStatusBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A Gateway, its routes and what they lead to, as objects in an API server: written, edited, and asked what became of them. */
final class ClusterShop {

    static final String GATEWAY = "gateway.networking.k8s.io/v1";

    private static final String FRONT = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: torii}
            spec: {controllerName: torii.dev/gateway-controller}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: web, namespace: shop}
            spec:
              gatewayClassName: torii
              listeners:
              - {name: http, port: CLEAR, protocol: HTTP}
              - {name: https, port: SECURE, protocol: HTTPS, tls: {certificateRefs: [{name: web}]}}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: ReferenceGrant
            metadata: {name: shop, namespace: other}
            spec:
              from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
              to: [{group: "", kind: Service}]
            """;

    private static final String BACKEND = """
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: NAMESPACE, annotations: ANNOTATIONS}
            spec: {ports: [{port: 80, targetPort: PORT}]}
            """;

    private static final String SLICE = """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart-1, namespace: NAMESPACE, labels: {kubernetes.io/service-name: cart}}
            addressType: IPv4
            ports: [{port: PORT, protocol: TCP, name: ""}]
            endpoints: [{addresses: [127.0.0.1], conditions: {ready: true}}]
            """;

    private final ApiServer server;

    ClusterShop(ApiServer server) {
        this.server = server;
    }

    /** Everything: routes {@code r0} and so on, each at the path of its name, and {@code far}, which needs a grant. */
    void open(int clear, int secure, Certificates.Leaf certificate, int backend, int routes) {
        certify(certificate);
        server.apply(FRONT.replace("CLEAR", Integer.toString(clear)).replace("SECURE", Integer.toString(secure)));
        for (String namespace : List.of("shop", "other")) {
            server.apply(backend().replace("NAMESPACE", namespace).replace("PORT", Integer.toString(backend)));
        }
        route("far", "/far", "cart", "other");
        for (int i = 0; i < routes; i++) {
            route("r" + i, "/r" + i);
        }
    }

    /** A real API server takes no slice with an address of loopback. */
    private String backend() {
        return server.isReal()
                ? BACKEND.replace("ANNOTATIONS", "{torii.dev/endpoints: \"127.0.0.1:PORT\"}")
                : BACKEND.replace("ANNOTATIONS", "{}") + SLICE;
    }

    void certify(Certificates.Leaf certificate) {
        server.apply("""
                apiVersion: v1
                kind: Secret
                metadata: {name: web, namespace: shop}
                type: kubernetes.io/tls
                data: {tls.crt: CERTIFICATE, tls.key: KEY}
                """.replace("CERTIFICATE", base64(certificate.certificatePem()))
                .replace("KEY", base64(certificate.keyPem())));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    void route(String name, String path) {
        route(name, path, "cart", "shop");
    }

    /** It leads nowhere any more. */
    void breakRoute(String name) {
        route(name, "/" + name, "nobody", "shop");
    }

    private void route(String name, String path, String service, String namespace) {
        server.apply("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: NAME, namespace: shop}
                spec:
                  parentRefs: [{name: web}]
                  rules:
                  - matches: [{path: {type: Exact, value: PATH}}]
                    backendRefs: [{name: SERVICE, namespace: TARGET, port: 80}]
                """.replace("TARGET", namespace)
                .replace("NAME", name)
                .replace("PATH", path)
                .replace("SERVICE", service));
    }

    void deleteRoute(String name) {
        server.delete(GATEWAY, "HTTPRoute", "shop", name);
    }

    void revokeGrant() {
        server.delete(GATEWAY, "ReferenceGrant", "other", "shop");
    }

    /** Whether the Service of the Gateway's proxies has been made; then it has an address, as by a cloud's controller. */
    boolean balance() {
        if (server.get("v1", "Service", "shop", "web-torii") == null) {
            return false;
        }
        server.client().services().inNamespace("shop").withName("web-torii").editStatus(service -> {
            service.setStatus(new ServiceStatusBuilder()
                    .withNewLoadBalancer()
                    .addNewIngress()
                    .withIp("203.0.113.7")
                    .endIngress()
                    .endLoadBalancer()
                    .build());
            return service;
        });
        return true;
    }

    /** {@code status reason} of a condition of the Gateway, or of a route for its first parent; {@code ""} for none. */
    String condition(String kind, String name, String type) {
        Map<?, ?> found = found(kind, name, type);
        return found.isEmpty() ? "" : found.get("status") + " " + found.get("reason");
    }

    /** When it last became what it is. */
    String since(String kind, String name, String type) {
        return String.valueOf(found(kind, name, type).get("lastTransitionTime"));
    }

    private Map<?, ?> found(String kind, String name, String type) {
        GenericKubernetesResource object = server.get(GATEWAY, kind, "shop", name);
        Object list = object == null
                ? null
                : kind.equals("Gateway")
                        ? object.get("status", "conditions")
                        : object.get("status", "parents", 0, "conditions");
        if (list instanceof List<?> conditions) {
            for (Object each : conditions) {
                if (each instanceof Map<?, ?> condition && type.equals(condition.get("type"))) {
                    return condition;
                }
            }
        }
        return Map.of();
    }

    /** The version of each object that anybody might have written. */
    Map<String, String> versions() {
        Map<String, String> kinds = Map.of(
                "Gateway",
                GATEWAY,
                "HTTPRoute",
                GATEWAY,
                "GatewayClass",
                GATEWAY,
                "Service",
                "v1",
                "Deployment",
                "apps/v1");
        Map<String, String> versions = new TreeMap<>();
        kinds.forEach((kind, version) -> server.of(version, kind)
                .inAnyNamespace()
                .list()
                .getItems()
                .forEach(each -> versions.put(
                        kind + " " + each.getMetadata().getName(),
                        each.getMetadata().getResourceVersion())));
        return versions;
    }
}
