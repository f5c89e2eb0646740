package dev.torii.control.provision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.compile.Review;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.ManifestReader;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is to be made for whom, and of what it consists. */
final class PlansTest {

    static final ProvisionSettings SETTINGS =
            new ProvisionSettings("torii-system", "torii:1", "https://torii-control.torii-system:15010");
    static final String CLASS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: torii}
            spec: {controllerName: torii.dev/gateway-controller}
            ---
            """;
    private static final ObjectKey WEB = new ObjectKey("Gateway", "shop", "web");

    @Test
    void aGatewayGetsItsOwn() {
        Map<ObjectKey, Plan> plans = plans(CLASS + gateway("torii", "{name: a, port: 80, protocol: HTTP}"));
        Plan plan = plans.get(WEB);
        assertThat(plan.wanted()).isTrue();
        assertThat(plan.name()).isEqualTo("web-torii");
        assertThat(plan.gateway()).isEqualTo("shop/web");
        assertThat(plan.ports()).containsExactly(80);
        assertThat(plan.labels())
                .containsEntry("gateway.networking.k8s.io/gateway-name", "web")
                .containsEntry("gateway.networking.k8s.io/gateway-class-name", "torii");
        assertThat(plans.get(Plans.SHARED).wanted()).as("nobody shares").isFalse();
    }

    @Test
    void portsAreThoseOfListenersThatAreAccepted() {
        Map<ObjectKey, Plan> plans = plans(CLASS
                + gateway(
                        "torii",
                        "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: x.example}, "
                                + "{name: c, port: 99, protocol: UDP}, {name: d, port: 443, protocol: HTTPS, "
                                + "tls: {certificateRefs: [{name: none}]}}")
                + """
                        ---
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: ListenerSet
                        metadata: {name: more, namespace: shop}
                        spec:
                          parentRef: {name: web, kind: Gateway, group: gateway.networking.k8s.io}
                          listeners: [{name: a, port: 8080, protocol: HTTP}]
                        ---
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: ListenerSet
                        metadata: {name: strange, namespace: other}
                        spec:
                          parentRef: {name: web, namespace: shop, kind: Gateway, group: gateway.networking.k8s.io}
                          listeners: [{name: a, port: 9090, protocol: HTTP}]
                        """);
        assertThat(plans.get(WEB).ports())
                .as("with that whose certificate may come, without UDP and the set that is not allowed")
                .containsExactly(80, 443, 8080);
    }

    @Test
    void whatIsOfAnotherControllerIsLetGo() {
        Map<ObjectKey, Plan> plans = plans(CLASS
                + CLASS.replace("torii}", "theirs}").replace("torii.dev/gateway-controller", "example.com/theirs")
                + gateway("theirs", "{name: a, port: 80, protocol: HTTP}"));
        assertThat(plans.get(WEB).wanted()).isFalse();
    }

    @Test
    void whatCannotBeJudgedIsLeftAlone() {
        assertThat(plans(CLASS + gateway("gone", "{name: a, port: 80, protocol: HTTP}")))
                .as("also what is shared: this one might have been")
                .isEmpty();
        String unusable = gateway("torii", "{name: a, port: 80, protocol: HTTP}")
                + "  infrastructure: {parametersRef: {group: '', kind: ConfigMap, name: none}}\n";
        assertThat(plans(CLASS + unusable)).isEmpty();
    }

    @Test
    void aClassCanHaveItsGatewaysShare() {
        Map<ObjectKey, Plan> plans = plans(CLASS.replace(
                        "spec: {",
                        "spec: {parametersRef: {group: '', kind: ConfigMap, name: shared, namespace: torii-system}, ")
                + """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: shared, namespace: torii-system}
                        data: {deployment: shared, service-type: NodePort}
                        ---
                        """
                + gateway("torii", "{name: a, port: 80, protocol: HTTP}")
                + "---\n"
                + gateway("torii", "{name: a, port: 81, protocol: HTTP}").replace("name: web", "name: other"));
        assertThat(plans.get(WEB).wanted()).isFalse();
        Plan shared = plans.get(Plans.SHARED);
        assertThat(shared.wanted()).isTrue();
        assertThat(shared.namespace()).isEqualTo("torii-system");
        assertThat(shared.name()).isEqualTo("torii-gateway");
        assertThat(shared.owners()).containsExactly(new ObjectKey("GatewayClass", "", "torii"));
        assertThat(shared.ports()).containsExactly(80, 81);
        assertThat(shared.parameters().serviceType()).isEqualTo("NodePort");
        assertThat(pod(objects(shared)).getContainers().get(0).getArgs()).doesNotContain("--gateway");
    }

    @Test
    void labelsAndAnnotationsAreOfAllThatIsMade() {
        Plan plan = plans(
                        CLASS
                                + gateway("torii", "{name: a, port: 80, protocol: HTTP}")
                                + "  infrastructure: {labels: {team: blue, app.kubernetes.io/managed-by: me}, annotations: {cost: x}}\n")
                .get(WEB);
        List<HasMetadata> objects = objects(plan);
        assertThat(objects).hasSize(4).allSatisfy(each -> {
            assertThat(each.getMetadata().getLabels())
                    .containsEntry("team", "blue")
                    .containsEntry("app.kubernetes.io/managed-by", "torii")
                    .containsEntry("gateway.networking.k8s.io/gateway-name", "web");
            assertThat(each.getMetadata().getAnnotations()).containsEntry("cost", "x");
            assertThat(each.getMetadata().getNamespace()).isEqualTo("shop");
            assertThat(each.getMetadata().getName()).isEqualTo("web-torii");
            assertThat(each.getMetadata().getOwnerReferences().get(0).getUid()).isEqualTo("u-1");
        });
        Deployment deployment = only(objects, Deployment.class);
        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
                .containsEntry("team", "blue")
                .containsEntry("torii.dev/inject", "false")
                .containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels());
    }

    @Test
    void theServiceHasThePortsAndTheTypeThatWereAskedFor() {
        Plan plan = plans(CLASS
                        + gateway("torii", "{name: a, port: 80, protocol: HTTP}, {name: b, port: 443, protocol: HTTP}")
                        + "  addresses: [{type: IPAddress, value: 203.0.113.7}]\n")
                .get(WEB);
        Service service = only(objects(plan), Service.class);
        assertThat(service.getSpec().getPorts())
                .extracting(ServicePort::getPort)
                .containsExactly(80, 443);
        assertThat(service.getSpec().getType()).isEqualTo("LoadBalancer");
        assertThat(service.getSpec().getLoadBalancerIP()).isEqualTo("203.0.113.7");
        assertThat(service.getSpec().getExternalTrafficPolicy()).isEqualTo("Cluster");
    }

    @Test
    void aListenerMoreRollsNoPod() {
        Plan one = plans(CLASS + gateway("torii", "{name: a, port: 80, protocol: HTTP}"))
                .get(WEB);
        Plan two = plans(CLASS
                        + gateway("torii", "{name: a, port: 80, protocol: HTTP}, {name: b, port: 81, protocol: HTTP}"))
                .get(WEB);
        assertThat(only(objects(two), Deployment.class)).isEqualTo(only(objects(one), Deployment.class));
        assertThat(only(objects(two), Service.class)).isNotEqualTo(only(objects(one), Service.class));
    }

    @Test
    void podsAreSafeAndLeaveLast() {
        Plan plan = plans(CLASS + gateway("torii", "{name: a, port: 80, protocol: HTTP}"))
                .get(WEB);
        Deployment deployment = only(objects(plan), Deployment.class);
        assertThat(deployment
                        .getSpec()
                        .getStrategy()
                        .getRollingUpdate()
                        .getMaxUnavailable()
                        .getIntVal())
                .isZero();
        PodSpec pod = pod(objects(plan));
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSysctls().toString()).contains("ip_unprivileged_port_start");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(70);
        Container container = pod.getContainers().get(0);
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/ready");
        assertThat(container.getArgs())
                .containsSequence("gateway", "--control", SETTINGS.control(), "--gateway", "shop/web")
                .containsSequence("--drain-delay", "10s", "--drain-timeout", "60s");
    }

    private static PodSpec pod(List<HasMetadata> objects) {
        return only(objects, Deployment.class).getSpec().getTemplate().getSpec();
    }

    private static <T> T only(List<HasMetadata> objects, Class<T> type) {
        return objects.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    private static List<HasMetadata> objects(Plan plan) {
        return GatewayObjects.of(
                plan,
                SETTINGS,
                List.of(new OwnerReferenceBuilder().withUid("u-1").build()));
    }

    static String gateway(String className, String listeners) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: web, namespace: shop}
                spec:
                  gatewayClassName: CLASS
                  listeners: [LISTENERS]
                  allowedListeners: {namespaces: {from: Same}}
                """.replace("CLASS", className).replace("LISTENERS", listeners);
    }

    private static Map<ObjectKey, Plan> plans(String manifests) {
        ResourceSet resources = resources(manifests);
        return Plans.of(resources, review(resources), SETTINGS);
    }

    static ResourceSet resources(String manifests) {
        return ManifestReader.parse("test", manifests).resources();
    }

    static Review review(ResourceSet resources) {
        return new SnapshotCompiler().review(resources, List.of());
    }
}
