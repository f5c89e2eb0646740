package dev.torii.sidecar;

/** Manifests of a small mesh in namespace {@code shop}. */
final class MeshYaml {

    private MeshYaml() {}

    /** A Service with one pod on this machine, whose only port is 80 and speaks HTTP/1. */
    static String service(String name, int pod) {
        return service(name, pod, "http");
    }

    /** The same, speaking what {@code appProtocol} says. */
    static String service(String name, int pod, String appProtocol) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: @NAME@, namespace: shop, annotations: {torii.dev/endpoints: "127.0.0.1:@POD@"}}
                spec: {ports: [{port: 80, appProtocol: @PROTOCOL@}]}
                """.replace("@NAME@", name)
                .replace("@POD@", Integer.toString(pod))
                .replace("@PROTOCOL@", appProtocol);
    }

    /** An HTTPRoute that leads all calls of one Service to another. */
    static String route(String from, String to) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: @FROM@, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: @FROM@}]
                  rules: [{backendRefs: [{name: @TO@, port: 80}]}]
                """.replace("@FROM@", from).replace("@TO@", to);
    }
}
