package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.source.ManifestReader;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code src/kubernetes} as kubectl renders it: every document is what its kind's types say, and they fit each other. */
class KubernetesManifestsTest {

    private static final Path FOLDER = Path.of("../src/kubernetes");
    private static final Map<String, Rendered> RENDERED = new HashMap<>();

    private static Rendered rendered(String folder) throws IOException, InterruptedException {
        Rendered known = RENDERED.get(folder);
        if (known == null) {
            known = Rendered.of(FOLDER.resolve(folder));
            RENDERED.put(folder, known);
        }
        return known;
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/demo", "overlays/production"})
    void whatIsNamedIsThere(String folder) throws IOException, InterruptedException {
        Rendered rendered = rendered(folder);
        assertThat(rendered.typed()).isNotEmpty();
        Set<String> names = new HashSet<>();
        for (HasMetadata each : rendered.typed()) {
            String name = each.getKind() + " " + each.getMetadata().getNamespace() + "/"
                    + each.getMetadata().getName();
            assertThat(names.add(name)).as(name).isTrue();
        }
        Set<String> namespaces = new HashSet<>();
        rendered.all(Namespace.class)
                .forEach(each -> namespaces.add(each.getMetadata().getName()));
        rendered.typed().stream()
                .map(each -> each.getMetadata().getNamespace())
                .filter(each -> each != null)
                .forEach(each -> assertThat(namespaces).contains(each));
        rendered.all(Service.class).forEach(service -> leadsToPods(service, rendered));
        rendered.all(PodDisruptionBudget.class)
                .forEach(each ->
                        selects(rendered, each, each.getSpec().getSelector().getMatchLabels()));
        rendered.all(NetworkPolicy.class)
                .forEach(each ->
                        selects(rendered, each, each.getSpec().getPodSelector().getMatchLabels()));
        rendered.all(MutatingWebhookConfiguration.class)
                .flatMap(each -> each.getWebhooks().stream())
                .forEach(hook -> {
                    var service = hook.getClientConfig().getService();
                    assertThat(rendered.one(Service.class, service.getNamespace(), service.getName())
                                    .getSpec()
                                    .getPorts())
                            .extracting(ServicePort::getPort)
                            .contains(service.getPort());
                });
    }

    private static void leadsToPods(Service service, Rendered rendered) {
        List<Deployment> pods = selects(rendered, service, service.getSpec().getSelector());
        for (ServicePort port : service.getSpec().getPorts()) {
            for (Deployment each : pods) {
                hasPort(each, port.getTargetPort());
            }
        }
    }

    private static List<Deployment> selects(Rendered rendered, HasMetadata selector, Map<String, String> labels) {
        List<Deployment> pods = rendered.all(Deployment.class)
                .filter(each -> each.getMetadata()
                        .getNamespace()
                        .equals(selector.getMetadata().getNamespace()))
                .filter(each -> each.getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(labels.entrySet()))
                .toList();
        assertThat(pods)
                .as(selector.getKind() + " " + selector.getMetadata().getName())
                .isNotEmpty();
        return pods;
    }

    private static void hasPort(Deployment deployment, IntOrString port) {
        List<ContainerPort> ports = pod(deployment).getContainers().stream()
                .flatMap(each -> each.getPorts().stream())
                .toList();
        assertThat(ports)
                .as(deployment.getMetadata().getName() + " has port " + port)
                .anySatisfy(each -> assertThat(
                                port.getStrVal() != null
                                        ? port.getStrVal().equals(each.getName())
                                        : port.getIntVal().equals(each.getContainerPort()))
                        .isTrue());
    }

    private static PodSpec pod(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec();
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/demo", "overlays/production"})
    void everyPodIsRestricted(String folder) throws IOException, InterruptedException {
        Rendered rendered = rendered(folder);
        rendered.all(Deployment.class).forEach(deployment -> {
            PodSpec pod = pod(deployment);
            assertThat(deployment.getSpec().getSelector().getMatchLabels())
                    .isEqualTo(deployment.getSpec().getTemplate().getMetadata().getLabels());
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            for (Container each : pod.getContainers()) {
                assertThat(each.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(each.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(each.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(each.getResources().getRequests()).containsOnlyKeys("cpu", "memory");
                assertThat(each.getResources().getLimits()).containsKey("memory");
                assertThat(each.getImage())
                        .startsWith(folder.endsWith("production") ? "registry.example/torii:" : "torii:");
                Stream.of(each.getReadinessProbe(), each.getLivenessProbe(), each.getStartupProbe())
                        .filter(probe -> probe != null)
                        .forEach(probe -> hasPort(deployment, port(probe)));
            }
        });
        // All of one image: a mesh of two versions is what an upgrade makes, not an installation.
        assertThat(rendered.all(Deployment.class)
                        .map(each -> pod(each).getContainers().get(0).getImage())
                        .distinct())
                .hasSize(1);
    }

    private static IntOrString port(Probe probe) {
        return probe.getHttpGet() != null
                ? probe.getHttpGet().getPort()
                : probe.getTcpSocket().getPort();
    }

    @Test
    void accountsHaveTheirRolesAndNothingIsForAll() throws IOException, InterruptedException {
        Rendered rendered = rendered("base");
        rendered.all(Deployment.class)
                .forEach(each -> rendered.one(
                        ServiceAccount.class,
                        each.getMetadata().getNamespace(),
                        pod(each).getServiceAccountName()));
        rendered.all(ClusterRoleBinding.class)
                .forEach(each -> isBound(rendered, "", each.getRoleRef(), each.getSubjects()));
        rendered.all(RoleBinding.class)
                .forEach(each ->
                        isBound(rendered, each.getMetadata().getNamespace(), each.getRoleRef(), each.getSubjects()));
        Stream.concat(
                        rendered.all(ClusterRole.class).flatMap(each -> each.getRules().stream()),
                        rendered.all(Role.class).flatMap(each -> each.getRules().stream()))
                .forEach(KubernetesManifestsTest::isNarrow);
    }

    private static void isBound(Rendered rendered, String namespace, RoleRef role, List<Subject> subjects) {
        if (role.getKind().equals("ClusterRole")) {
            rendered.one(ClusterRole.class, "", role.getName());
        } else {
            rendered.one(Role.class, namespace, role.getName());
        }
        subjects.forEach(each -> rendered.one(ServiceAccount.class, each.getNamespace(), each.getName()));
    }

    private static void isNarrow(PolicyRule rule) {
        assertThat(rule.getVerbs())
                .isNotEmpty()
                .doesNotContain("*", "escalate", "bind", "impersonate", "deletecollection");
        assertThat(rule.getApiGroups()).isNotEmpty().doesNotContain("*");
        assertThat(rule.getResources()).isNotEmpty().doesNotContain("*", "pods/exec", "nodes", "clusterroles", "roles");
        if (rule.getResources().contains("secrets")
                && !Set.of("get", "list", "watch").containsAll(rule.getVerbs())) {
            assertThat(rule.getVerbs().equals(List.of("create"))
                            || rule.getResourceNames().equals(List.of("torii-ca")))
                    .as("who may write which Secrets")
                    .isTrue();
        }
    }

    @Test
    void theDemoIsWhatWeTellOthersToWrite() throws IOException, InterruptedException {
        Rendered rendered = rendered("overlays/demo");
        assertThat(rendered.ours()).isNotEmpty();
        var read = ManifestReader.parse("demo", rendered.text());
        assertThat(read.findings()).noneMatch(Finding::isError);
        var findings = new SnapshotCompiler().compile(read.resources()).findings();
        assertThat(findings).filteredOn(Finding::isError).isEmpty();
    }

    @Test
    void theCrdsAreAllInOne() throws IOException, InterruptedException {
        assertThat(rendered("crds").all(CustomResourceDefinition.class))
                .extracting(each -> each.getSpec().getNames().getKind())
                .containsExactlyInAnyOrder("BackendPolicy", "FaultPolicy", "RateLimitPolicy", "TelemetryPolicy");
    }
}
