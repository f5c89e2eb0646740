package dev.torii.cli;

import dev.torii.proxy.telemetry.spans.TracingSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Who a proxy is to a tracing backend, where OpenTelemetry's variables say nothing else: the role and its Service, and what
 * a pod's downward API puts into {@code POD_NAME}, {@code POD_NAMESPACE} and {@code NODE_NAME}.
 */
final class Identity {

    private final Map<String, String> attributes = new LinkedHashMap<>();

    private Identity(String role, String name) {
        attributes.put("torii.role", role);
        attributes.put("service.name", name);
    }

    static Identity ofGateway() {
        return new Identity("gateway", "torii-gateway");
    }

    /** Of the Service that the app behind it is: in a trace, a sidecar stands for its app. */
    static Identity ofSidecar(String namespace, String service) {
        Identity identity = new Identity("sidecar", service);
        identity.attributes.put("service.namespace", namespace);
        return identity;
    }

    /** Of a pod of which only control knows the Service: its name without what Deployments and Jobs add to theirs. */
    static Identity ofPod(Map<String, String> environment) {
        String pod = environment.getOrDefault("POD_NAME", "");
        String owner = pod.replaceFirst("(-[a-z0-9]{1,10})?-[a-z0-9]{5}$|-[0-9]+$", "");
        return ofSidecar(environment.getOrDefault("POD_NAMESPACE", ""), owner.isEmpty() ? "torii-sidecar" : owner);
    }

    /** {@code namespace/name}; {@code ""} outside a cluster. */
    static String pod(Map<String, String> environment) {
        String name = environment.getOrDefault("POD_NAME", "");
        String namespace = environment.getOrDefault("POD_NAMESPACE", "");
        return name.isEmpty() || namespace.isEmpty() ? "" : namespace + "/" + name;
    }

    /** What the environment says of tracing. */
    TracingSettings tracing(Map<String, String> environment) {
        Map<String, String> all = new LinkedHashMap<>(attributes);
        String pod = environment.getOrDefault("POD_NAME", "");
        all.put("service.instance.id", pod.isEmpty() ? UUID.randomUUID().toString() : pod);
        put("POD_NAME", "k8s.pod.name", environment, all);
        put("POD_NAMESPACE", "k8s.namespace.name", environment, all);
        put("NODE_NAME", "k8s.node.name", environment, all);
        try {
            TracingSettings settings = TracingSettings.of(environment, all);
            settings.defaults(); // told now, not with the first configuration
            return settings;
        } catch (IllegalArgumentException e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
    }

    private static void put(String variable, String attribute, Map<String, String> from, Map<String, String> to) {
        String value = from.getOrDefault(variable, "");
        if (!value.isEmpty()) {
            to.put(attribute, value);
        }
    }
}
