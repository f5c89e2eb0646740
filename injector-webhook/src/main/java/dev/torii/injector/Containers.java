package dev.torii.injector;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a pod gets: the step that sets capture up, the sidecar, and the volumes of both.
 *
 * <p>The sidecar is a native one: an init container that is restarted for ever (Kubernetes 1.29). It is up before the
 * containers after it and stopped after the app, so init containers have a network, Jobs end, and an app can still call
 * others while it finishes.
 */
final class Containers {

    static final String CAPTURE = "torii-capture";
    static final String SIDECAR = "torii-sidecar";

    /** The sidecar's own ports (DESIGN 5.1), which no app can have in its pod. */
    static final List<Integer> PORTS = List.of(15_000, 15_001, 15_006);

    /** Its traffic is the one that is not captured. */
    static final int UID = 1337;

    private static final int ADMIN_PORT = 15_000;
    private static final String IDENTITY = "torii-identity";
    private static final String STATE = "torii-state";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final InjectorSettings settings;
    private final PodSettings pod;

    Containers(InjectorSettings settings, PodSettings pod) {
        this.settings = settings;
        this.pod = pod;
    }

    String image() {
        return pod.get("image", settings.image());
    }

    /** In the order that they start. */
    List<ObjectNode> initContainers() {
        return settings.cni() ? List.of(sidecar()) : List.of(capture(), sidecar());
    }

    private ObjectNode capture() {
        ObjectNode container = container(CAPTURE);
        Arguments arguments =
                new Arguments(container.putArray("args")).add("capture").add("up");
        for (String option : List.of("exclude-inbound-ports", "exclude-outbound-ports", "exclude-outbound-cidrs")) {
            arguments.option(option, pod.get(option, ""));
        }
        ObjectNode security = security(container);
        security.put("runAsUser", 0).put("runAsGroup", 0).put("runAsNonRoot", false);
        ((ObjectNode) security.get("capabilities")).putArray("add").add("NET_ADMIN");
        resources(container, "10m", "", "64Mi", "128Mi");
        mount(container, STATE, "/tmp", false);
        return container;
    }

    private ObjectNode sidecar() {
        ObjectNode container = container(SIDECAR);
        container.put("restartPolicy", "Always");
        new Arguments(container.putArray("args"))
                .add("sidecar")
                .option("control", settings.control())
                .add("--capture")
                .option("admin", "0.0.0.0:" + ADMIN_PORT)
                .option("app", pod.appPorts().stream().map(String::valueOf).collect(Collectors.joining(",")))
                .option("opaque-ports", pod.get("opaque-ports", ""))
                .option("log-headers", pod.get("log-headers", ""))
                .option("sampling-percent", pod.get("sampling-percent", ""))
                .option("log-level", pod.get("log-level", ""))
                .option("drain-timeout", pod.get("drain-timeout", ""));
        environment(container.putArray("env"));
        container.putArray("ports").addObject().put("name", "torii-admin").put("containerPort", ADMIN_PORT);
        ObjectNode security = security(container);
        security.put("runAsUser", UID).put("runAsGroup", UID).put("runAsNonRoot", true);
        resources(
                container,
                pod.get("cpu-request", "50m"),
                pod.get("cpu-limit", ""),
                pod.get("memory-request", "96Mi"),
                pod.get("memory-limit", "192Mi"));
        // Up to a minute: until then the app's containers wait, rather than start without a network.
        probe(container, "startupProbe", "/ready", 1, 60);
        probe(container, "readinessProbe", "/ready", 5, 3);
        probe(container, "livenessProbe", "/live", 10, 6);
        mount(container, IDENTITY, "/var/run/torii", true);
        mount(container, STATE, "/tmp", false);
        return container;
    }

    private ObjectNode container(String name) {
        return JSON.objectNode().put("name", name).put("image", image()).put("imagePullPolicy", "IfNotPresent");
    }

    private static ObjectNode security(ObjectNode container) {
        ObjectNode security = container.putObject("securityContext");
        security.put("allowPrivilegeEscalation", false).put("privileged", false).put("readOnlyRootFilesystem", true);
        security.putObject("capabilities").putArray("drop").add("ALL");
        security.putObject("seccompProfile").put("type", "RuntimeDefault");
        return security;
    }

    /** Requests are always there: without them autoscaling by the pod's use has nothing to divide by. */
    private static void resources(
            ObjectNode container, String cpuRequest, String cpuLimit, String memoryRequest, String memoryLimit) {
        ObjectNode resources = container.putObject("resources");
        resources.putObject("requests").put("cpu", cpuRequest).put("memory", memoryRequest);
        ObjectNode limits = resources.putObject("limits");
        limits.put("memory", memoryLimit);
        if (!cpuLimit.isEmpty()) {
            limits.put("cpu", cpuLimit);
        }
    }

    private static void probe(ObjectNode container, String name, String path, int periodSeconds, int failures) {
        ObjectNode probe = container.putObject(name);
        probe.putObject("httpGet").put("path", path).put("port", ADMIN_PORT);
        probe.put("periodSeconds", periodSeconds).put("timeoutSeconds", 2).put("failureThreshold", failures);
    }

    private static void environment(ArrayNode variables) {
        for (String[] each : new String[][] {
            {"POD_NAME", "metadata.name"},
            {"POD_NAMESPACE", "metadata.namespace"},
            {"POD_IP", "status.podIP"},
            {"NODE_NAME", "spec.nodeName"},
            {"SERVICE_ACCOUNT", "spec.serviceAccountName"}
        }) {
            variables
                    .addObject()
                    .put("name", each[0])
                    .putObject("valueFrom")
                    .putObject("fieldRef")
                    .put("fieldPath", each[1]);
        }
    }

    private static void mount(ObjectNode container, String volume, String path, boolean readOnly) {
        if (!container.has("volumeMounts")) {
            container.putArray("volumeMounts");
        }
        ObjectNode mount = ((ArrayNode) container.get("volumeMounts")).addObject();
        mount.put("name", volume).put("mountPath", path);
        if (readOnly) {
            mount.put("readOnly", true);
        }
    }

    /** A token that is good for nothing but control, control's certificate authority, and room for what has to be written. */
    List<ObjectNode> volumes() {
        ObjectNode identity = JSON.objectNode().put("name", IDENTITY);
        ArrayNode sources = identity.putObject("projected").putArray("sources");
        sources.addObject()
                .putObject("serviceAccountToken")
                .put("audience", "torii-control")
                .put("expirationSeconds", 3600)
                .put("path", "token");
        ObjectNode authority = sources.addObject().putObject("configMap").put("name", "torii-ca");
        authority
                .put("optional", true)
                .putArray("items")
                .addObject()
                .put("key", "ca.crt")
                .put("path", "ca.crt");
        ObjectNode state = JSON.objectNode().put("name", STATE);
        state.putObject("emptyDir").put("sizeLimit", "64Mi");
        List<ObjectNode> volumes = new ArrayList<>(2);
        volumes.add(identity);
        volumes.add(state);
        return volumes;
    }

    private record Arguments(ArrayNode words) {

        Arguments add(String word) {
            words.add(word);
            return this;
        }

        /** Left out when the value is empty. */
        Arguments option(String name, String value) {
            if (!value.isEmpty()) {
                words.add("--" + name).add(value);
            }
            return this;
        }
    }
}
