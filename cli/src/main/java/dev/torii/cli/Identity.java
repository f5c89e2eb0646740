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
