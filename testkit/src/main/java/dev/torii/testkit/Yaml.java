package dev.torii.testkit;

/** The manifests that most tests of a gateway begin with. Join them with {@link #all}. */
public final class Yaml {

    private Yaml() {}

    /** Several documents as one file. */
    public static String all(String... documents) {
        return String.join("---\n", documents);
    }

    /** The Gateway {@code gw} with HTTP on these ports. */
    public static String gateway(int... ports) {
        StringBuilder text = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw}
                spec:
                  gatewayClassName: torii
                  listeners:
                """);
        for (int port : ports) {
            text.append("  - {name: p").append(port).append(", protocol: HTTP, port: ");
            text.append(port).append("}\n");
        }
        return text.toString();
    }

    /** An HTTPRoute of {@code gw} from a path prefix to a {@link #service}, spoken to over HTTP/1. */
    public static String route(String name, String prefix, String service) {
        return route(name, prefix, service, 80);
    }

    /** The same over HTTP/2. */
    public static String http2Route(String name, String prefix, String service) {
        return route(name, prefix, service, 81);
    }

    private static String route(String name, String prefix, String service, int port) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: @NAME@}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {type: PathPrefix, value: @PREFIX@}}]
                    backendRefs: [{name: @SERVICE@, port: @PORT@}]
                """.replace("@NAME@", name)
                .replace("@PREFIX@", prefix)
                .replace("@SERVICE@", service)
                .replace("@PORT@", Integer.toString(port));
    }

    /** A Service with one pod on this machine, over HTTP/1 and HTTP/2. */
    public static String service(String name, int pod) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: @NAME@, annotations: {torii.dev/endpoints: "127.0.0.1:@POD@"}}
                spec: {ports: [{name: http1, port: 80}, {name: http2, port: 81, appProtocol: kubernetes.io/h2c}]}
                """.replace("@NAME@", name).replace("@POD@", Integer.toString(pod));
    }
}
