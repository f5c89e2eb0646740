package dev.torii.config.compile;

/**
 * How a Gateway is run in a cluster: what the ConfigMap says that its GatewayClass names in {@code parametersRef}, and, over
 * that key by key, the one that it names itself in {@code spec.infrastructure.parametersRef}.
 *
 * @param serviceType {@code service-type}: {@code LoadBalancer} (default), {@code NodePort} or {@code ClusterIP}
 * @param externalTrafficPolicy {@code external-traffic-policy}: {@code Cluster} (default) or {@code Local}
 * @param replicas {@code replicas}: 1 to 100, default 2
 * @param cpuRequest {@code cpu-request}, a Kubernetes quantity
 * @param memoryRequest {@code memory-request}, a Kubernetes quantity
 * @param memoryLimit {@code memory-limit}, a Kubernetes quantity
 * @param shared {@code deployment: shared} (default {@code own}), which only a class can say: all Gateways of all such classes
 *     are served by one Deployment, and so share its ports
 */
public record GatewayParameters(
        String serviceType,
        String externalTrafficPolicy,
        int replicas,
        String cpuRequest,
        String memoryRequest,
        String memoryLimit,
        boolean shared) {

    public static final GatewayParameters DEFAULT =
            new GatewayParameters("LoadBalancer", "Cluster", 2, "100m", "128Mi", "512Mi", false);
}
