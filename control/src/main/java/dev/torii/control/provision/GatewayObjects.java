package dev.torii.control.provision;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a Gateway's proxies consist of: ServiceAccount, Deployment, Service, PodDisruptionBudget. Pure: the same plan gives
 * the same objects. Nothing of a listener is in the pod's template, so that adding one rolls no pod.
 */
final class GatewayObjects {

    /** Tells what Torii made, beside the owner. */
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    static final String TORII = "torii";

    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final String ADMIN = "torii-admin";
    private static final int ADMIN_PORT = 15_000;

    /** As the sidecar's. */
    private static final long UID = 1337;

    /** Long enough for all nodes to learn that a pod is leaving before it stops accepting. */
    private static final int DRAIN_DELAY = 10;

    private static final int DRAIN_TIMEOUT = 60;

    private final Plan plan;
    private final ProvisionSettings settings;
    private final List<OwnerReference> owners;

    private GatewayObjects(Plan plan, ProvisionSettings settings, List<OwnerReference> owners) {
        this.plan = plan;
        this.settings = settings;
        this.owners = owners;
    }

    /** In the order that they are to be made; without a Service while there is no port that it could have. */
    static List<HasMetadata> of(Plan plan, ProvisionSettings settings, List<OwnerReference> owners) {
        GatewayObjects objects = new GatewayObjects(plan, settings, owners);
        List<HasMetadata> all = new ArrayList<>(List.of(objects.account(), objects.deployment(), objects.budget()));
        if (!plan.ports().isEmpty()) {
            all.add(objects.service());
        }
        return all;
    }

    private Map<String, String> selector() {
        return Map.of(GATEWAY_NAME, plan.labels().getOrDefault(GATEWAY_NAME, plan.name()), MANAGED_BY, TORII);
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new HashMap<>(plan.labels());
        labels.put("app.kubernetes.io/name", "torii-gateway");
        labels.putAll(selector());
        return labels;
    }

    private ObjectMeta metadata() {
        return new ObjectMetaBuilder()
                .withNamespace(plan.namespace())
                .withName(plan.name())
                .withLabels(labels())
                .withAnnotations(plan.annotations())
                .withOwnerReferences(owners)
                .build();
    }

    private ServiceAccount account() {
        return new ServiceAccountBuilder()
                .withMetadata(metadata())
                .withAutomountServiceAccountToken(false)
                .build();
    }

    private PodDisruptionBudget budget() {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withNewMaxUnavailable(1)
                .withNewSelector()
                .withMatchLabels(selector())
                .endSelector()
                .endSpec()
                .build();
    }

    private Service service() {
        boolean outside = !plan.parameters().serviceType().equals("ClusterIP");
        List<ServicePort> ports = plan.ports().stream()
                .map(port -> new ServicePortBuilder()
                        .withName("port-" + port)
                        .withPort(port)
                        .withNewTargetPort(port)
                        .withProtocol("TCP")
                        .build())
                .toList();
        String asked = plan.addresses().isEmpty() ? null : plan.addresses().get(0);
        return new ServiceBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withType(plan.parameters().serviceType())
                .withSelector(selector())
                .withPorts(ports)
                .withExternalTrafficPolicy(outside ? plan.parameters().externalTrafficPolicy() : null)
                .withLoadBalancerIP(plan.parameters().serviceType().equals("LoadBalancer") ? asked : null)
                .endSpec()
                .build();
    }

    /** A new pod is ready before an old one is told to go. */
    private Deployment deployment() {
        Map<String, String> labels = labels();
        // A gateway in a mesh is called by no sidecar of its own.
        labels.put("torii.dev/inject", "false");
        return new DeploymentBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withReplicas(plan.parameters().replicas())
                .withRevisionHistoryLimit(3)
                .withNewSelector()
                .withMatchLabels(selector())
                .endSelector()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withNewMaxUnavailable(0)
                .withNewMaxSurge(1)
                .endRollingUpdate()
                .endStrategy()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .withAnnotations(plan.annotations())
                .endMetadata()
                .withSpec(pod())
                .endTemplate()
                .endSpec()
                .build();
    }

    private PodSpec pod() {
        return new PodSpecBuilder()
                .withServiceAccountName(plan.name())
                .withAutomountServiceAccountToken(false)
                .withTerminationGracePeriodSeconds((long) DRAIN_DELAY + DRAIN_TIMEOUT + 20)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(UID)
                .withRunAsGroup(UID)
                .withFsGroup(UID)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                // Ports below 1024 without a capability.
                .addNewSysctl("net.ipv4.ip_unprivileged_port_start", "0")
                .endSecurityContext()
                .withTopologySpreadConstraints(spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone"))
                .withContainers(container())
                .withVolumes(volumes())
                .build();
    }

    private TopologySpreadConstraint spread(String over) {
        return new TopologySpreadConstraintBuilder()
                .withMaxSkew(1)
                .withTopologyKey(over)
                .withWhenUnsatisfiable("ScheduleAnyway")
                .withNewLabelSelector()
                .withMatchLabels(selector())
                .endLabelSelector()
                .build();
    }

    private Container container() {
        return new ContainerBuilder()
                .withName("gateway")
                .withImage(settings.image())
                .withImagePullPolicy("IfNotPresent")
                .withArgs(arguments())
                .withEnv(environment())
                .addNewPort()
                .withName(ADMIN)
                .withContainerPort(ADMIN_PORT)
                .withProtocol("TCP")
                .endPort()
                .withNewResources()
                .addToRequests("cpu", new Quantity(plan.parameters().cpuRequest()))
                .addToRequests("memory", new Quantity(plan.parameters().memoryRequest()))
                .addToLimits("memory", new Quantity(plan.parameters().memoryLimit()))
                .endResources()
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withStartupProbe(probe("/live", 1, 60))
                .withReadinessProbe(probe("/ready", 2, 2))
                .withLivenessProbe(probe("/live", 10, 6))
                .addNewVolumeMount()
                .withName("torii-identity")
                .withMountPath("/var/run/torii")
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("torii-state")
                .withMountPath("/tmp")
                .endVolumeMount()
                .build();
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("gateway", "--control", settings.control()));
        if (!plan.gateway().isEmpty()) {
            arguments.addAll(List.of("--gateway", plan.gateway()));
        }
        arguments.addAll(List.of("--admin", "0.0.0.0:" + ADMIN_PORT));
        arguments.addAll(List.of("--drain-delay", DRAIN_DELAY + "s", "--drain-timeout", DRAIN_TIMEOUT + "s"));
        return arguments;
    }

    private static List<EnvVar> environment() {
        return Stream.of(
                        Map.entry("POD_NAME", "metadata.name"),
                        Map.entry("POD_NAMESPACE", "metadata.namespace"),
                        Map.entry("POD_IP", "status.podIP"),
                        Map.entry("NODE_NAME", "spec.nodeName"))
                .map(each -> new EnvVarBuilder()
                        .withName(each.getKey())
                        .withNewValueFrom()
                        .withNewFieldRef("v1", each.getValue())
                        .endValueFrom()
                        .build())
                .toList();
    }

    private static Probe probe(String path, int seconds, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withNewPort(ADMIN)
                .withScheme("HTTP")
                .endHttpGet()
                .withPeriodSeconds(seconds)
                .withTimeoutSeconds(2)
                .withFailureThreshold(failures)
                .build();
    }

    /** As the injector gives them to a sidecar. */
    private static List<Volume> volumes() {
        return List.of(
                new VolumeBuilder()
                        .withName("torii-identity")
                        .withNewProjected()
                        .addNewSource()
                        .withNewServiceAccountToken("torii-control", 3600L, "token")
                        .endSource()
                        .addNewSource()
                        .withNewConfigMap()
                        .withName("torii-ca")
                        .withOptional(true)
                        .addNewItem("ca.crt", null, "ca.crt")
                        .endConfigMap()
                        .endSource()
                        .endProjected()
                        .build(),
                new VolumeBuilder()
                        .withName("torii-state")
                        .withNewEmptyDir()
                        .withSizeLimit(new Quantity("256Mi"))
                        .endEmptyDir()
                        .build());
    }
}
