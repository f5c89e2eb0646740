package dev.torii.control;

/** Objects as an API server would tell them, in one line. */
public final class Manifest {

    private Manifest() {}

    public static String service(String namespace, String name, String ip) {
        return """
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"%s","namespace":"%s"},\
                "spec":{"clusterIP":"%s","selector":{"app":"%s"},"ports":[{"name":"http","port":80,"targetPort":8080}]}}""".formatted(name, namespace, ip, name);
    }

    public static String slice(String namespace, String service, String... addresses) {
        return """
                {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"%s-x","namespace":"%s",\
                "labels":{"kubernetes.io/service-name":"%s"}},"addressType":"IPv4","ports":[{"name":"http","port":8080}],\
                "endpoints":[{"addresses":["%s"]}]}""".formatted(service, namespace, service, String.join("\"]},{\"addresses\":[\"", addresses));
    }

    public static String gateway(String namespace, String name, int generation) {
        return """
                {"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"%s","namespace":"%s",\
                "generation":%d},"spec":{"gatewayClassName":"torii","listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}""".formatted(name, namespace, generation);
    }

    public static String route(String namespace, String name, String gateway, String service) {
        return """
                {"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"%s","namespace":"%s"},\
                "spec":{"parentRefs":[{"name":"%s"}],"rules":[{"backendRefs":[{"name":"%s","port":80}]}]}}""".formatted(name, namespace, gateway, service);
    }
}
