package dev.torii.injector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.injector.Injector.NamespaceSays;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InjectorTest {

    private static Pod injected(ObjectNode pod) {
        JsonNode before = pod.deepCopy();
        Injector.Outcome outcome = Pods.inject(pod);
        assertThat(outcome).isInstanceOf(Injector.Outcome.Injected.class);
        Pod patched = Pods.patched(before, ((Injector.Outcome.Injected) outcome).patch());
        assertThat(Pods.typed(pod))
                .as("the patch leads to what was made in place")
                .isEqualTo(patched);
        return patched;
    }

    private static Container container(Pod pod, String name) {
        return pod.getSpec().getInitContainers().stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> arguments(Pod pod) {
        return container(pod, "torii-sidecar").getArgs();
    }

    @Test
    void captureThenTheSidecarThenWhatThePodHad() {
        Pod pod = injected(Pods.plain());
        assertThat(pod.getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly("torii-capture", "torii-sidecar", "migrate");
        assertThat(pod.getSpec().getContainers()).extracting(Container::getName).containsExactly("web");
        assertThat(pod.getSpec()
                        .getContainers()
                        .get(0)
                        .getReadinessProbe()
                        .getHttpGet()
                        .getPath())
                .isEqualTo("/healthz");
    }

    @Test
    void theSidecarIsNativeAndHasProbesOfItsOwn() {
        Container sidecar = container(injected(Pods.plain()), "torii-sidecar");
        assertThat(sidecar.getRestartPolicy()).isEqualTo("Always");
        assertThat(sidecar.getStartupProbe().getHttpGet().getPath()).isEqualTo("/ready");
        assertThat(sidecar.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/ready");
        assertThat(sidecar.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/live");
        assertThat(sidecar.getEnv())
                .extracting(EnvVar::getName)
                .contains("POD_NAME", "POD_NAMESPACE", "POD_IP", "NODE_NAME", "SERVICE_ACCOUNT");
    }

    @Test
    void onlyTheCaptureStepMayDoAnything() {
        Pod pod = injected(Pods.plain());
        var sidecar = container(pod, "torii-sidecar").getSecurityContext();
        assertThat(sidecar.getRunAsUser()).isEqualTo(1337);
        assertThat(sidecar.getRunAsNonRoot()).isTrue();
        assertThat(sidecar.getReadOnlyRootFilesystem()).isTrue();
        assertThat(sidecar.getAllowPrivilegeEscalation()).isFalse();
        assertThat(sidecar.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(sidecar.getCapabilities().getAdd()).isEmpty();
        var capture = container(pod, "torii-capture").getSecurityContext();
        assertThat(capture.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(capture.getCapabilities().getAdd()).containsExactly("NET_ADMIN");
    }

    @Test
    void aCniPluginMakesTheCaptureStepUnnecessary() {
        InjectorSettings settings = new InjectorSettings("1", "torii:1", "https://control", true, Set.of());
        ObjectNode pod = Pods.plain();
        new Injector(settings).inject(pod, "shop", NamespaceSays.ENABLED);
        assertThat(Pods.typed(pod).getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly("torii-sidecar", "migrate");
        assertThat(pod.at("/metadata/annotations/torii.dev~1status").asText()).contains("\"capture\":\"cni\"");
    }

    @Test
    void requestsAreAlwaysSetAndAnnotationsChangeThem() {
        var usual = container(injected(Pods.plain()), "torii-sidecar").getResources();
        assertThat(usual.getRequests()).containsKeys("cpu", "memory");
        assertThat(usual.getLimits()).containsOnlyKeys("memory");
        var own = container(
                        injected(Pods.annotated(
                                "cpu-request",
                                "200m",
                                "cpu-limit",
                                "1",
                                "memory-request",
                                "128Mi",
                                "memory-limit",
                                "256Mi")),
                        "torii-sidecar")
                .getResources();
        assertThat(own.getRequests())
                .containsEntry("cpu", new Quantity("200m"))
                .containsEntry("memory", new Quantity("128Mi"));
        assertThat(own.getLimits())
                .containsEntry("cpu", new Quantity("1"))
                .containsEntry("memory", new Quantity("256Mi"));
    }

    @Test
    void annotationsBecomeOptions() {
        Pod pod = injected(Pods.annotated(
                "app-ports", "8080, 9090",
                "exclude-inbound-ports", "9999",
                "exclude-outbound-ports", "3306,6000-6010",
                "exclude-outbound-cidrs", "10.9.0.0/16,fd00::/8",
                "opaque-ports", "6379",
                "log-headers", "x-tenant-id,x-user(hash)",
                "sampling-percent", "2.5",
                "drain-timeout", "1m30s",
                "log-level", "debug",
                "image", "other.example/torii:2"));
        assertThat(arguments(pod))
                .containsSubsequence("--app", "8080,9090")
                .containsSubsequence("--opaque-ports", "6379")
                .containsSubsequence("--log-headers", "x-tenant-id,x-user(hash)")
                .containsSubsequence("--sampling-percent", "2.5")
                .containsSubsequence("--log-level", "debug")
                .containsSubsequence("--drain-timeout", "1m30s");
        assertThat(container(pod, "torii-capture").getArgs())
                .containsExactly(
                        "capture",
                        "up",
                        "--exclude-inbound-ports",
                        "9999",
                        "--exclude-outbound-ports",
                        "3306,6000-6010",
                        "--exclude-outbound-cidrs",
                        "10.9.0.0/16,fd00::/8");
        assertThat(pod.getSpec().getInitContainers().subList(0, 2))
                .extracting(Container::getImage)
                .containsOnly("other.example/torii:2");
    }

    @Test
    void portsAreTheContainersTcpPortsUnlessAnnotated() {
        assertThat(arguments(injected(Pods.plain()))).containsSubsequence("--app", "8080");
    }

    @Test
    void anIdentityThatIsGoodForControlOnly() {
        Pod pod = injected(Pods.plain());
        assertThat(pod.getSpec().getVolumes())
                .extracting(Volume::getName)
                .containsExactly("torii-identity", "torii-state");
        var token = pod.getSpec()
                .getVolumes()
                .get(0)
                .getProjected()
                .getSources()
                .get(0)
                .getServiceAccountToken();
        assertThat(token.getAudience()).isEqualTo("torii-control");
    }

    @Test
    void asecondTimeChangesNothing() {
        ObjectNode pod = Pods.plain();
        Pods.inject(pod);
        ObjectNode once = pod.deepCopy();
        assertThat(Pods.inject(pod)).isEqualTo(new Injector.Outcome.Left(""));
        assertThat(pod).isEqualTo(once);
    }

    @Test
    void aCopiedNoteIsNoSidecar() {
        ObjectNode pod = Pods.annotated("status", "{\"version\":\"1.2.3\"}");
        assertThat(Pods.inject(pod)).isInstanceOf(Injector.Outcome.Injected.class);
    }

    @Test
    void fieldsOfANewerKubernetesSurvive() {
        ObjectNode pod = Pods.plain();
        ((ObjectNode) pod.get("spec")).putObject("somethingNew").put("kept", true);
        Pods.inject(pod);
        assertThat(pod.at("/spec/somethingNew/kept").asBoolean()).isTrue();
    }

    @Test
    void whoSaysNoIsLeftAlone() {
        ObjectNode byAnnotation = Pods.annotated("inject", "false");
        assertThat(Pods.inject(byAnnotation))
                .isInstanceOfSatisfying(
                        Injector.Outcome.Left.class,
                        left -> assertThat(left.reason()).contains("\"false\""));
        ObjectNode byLabel = Pods.plain();
        ((ObjectNode) byLabel.at("/metadata/labels")).put("torii.dev/inject", "false");
        assertThat(Pods.inject(byLabel)).isInstanceOf(Injector.Outcome.Left.class);
        assertThat(byLabel.at("/spec/initContainers")).hasSize(1);
    }

    /** What the label, the annotation and the namespace's label say, and what comes of it. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,     -,     NOTHING,  left",
                "-,     -,     ENABLED,  injected",
                "-,     -,     DISABLED, left",
                "true,  -,     NOTHING,  injected",
                "-,     true,  NOTHING,  injected",
                "true,  true,  ENABLED,  injected",
                "True,  -,     NOTHING,  injected",
                "yes,   -,     NOTHING,  left",
                "false, -,     NOTHING,  left: not injected: torii.dev/inject is \"false\"",
                "-,     false, ENABLED,  left: not injected: torii.dev/inject is \"false\"",
                "true,  false, ENABLED,  left: not injected: its label and its annotation torii.dev/inject contradict each other",
                "true,  -,     DISABLED, left: not injected: namespace shop does not want sidecars",
                "-,     true,  DISABLED, left: not injected: namespace shop does not want sidecars",
            })
    void aPodSaysWhatItWantsAndItsNamespaceForThoseThatDoNot(
            String label, String annotation, NamespaceSays says, String what) {
        ObjectNode pod = annotation == null ? Pods.plain() : Pods.annotated("inject", annotation);
        if (label != null) {
            ((ObjectNode) pod.at("/metadata/labels")).put("torii.dev/inject", label);
        }
        Injector.Outcome outcome = new Injector(Pods.SETTINGS).inject(pod, "shop", says);
        String was = outcome instanceof Injector.Outcome.Left left
                ? "left" + (left.reason().isEmpty() ? "" : ": " + left.reason())
                : outcome instanceof Injector.Outcome.Injected ? "injected" : "refused";
        assertThat(was).startsWith(what);
        assertThat(was.equals("left")).isEqualTo(what.equals("left"));
    }

    @ParameterizedTest
    @CsvSource({
        "hostNetwork, true, its host's network",
        "os, '{\"name\":\"windows\"}', for Linux",
    })
    void podsThatCannotBeCapturedAreLeftWithAReason(String field, String value, String reason) throws Exception {
        ObjectNode pod = Pods.plain();
        ((ObjectNode) pod.get("spec")).set(field, Pods.JSON.readTree(value));
        assertThat(Pods.inject(pod))
                .isInstanceOfSatisfying(
                        Injector.Outcome.Left.class,
                        left -> assertThat(left.reason()).contains(reason));
    }

    @Test
    void theClustersOwnNamespacesAreNeverTouched() {
        for (String namespace : InjectorSettings.SYSTEM_NAMESPACES) {
            assertThat(new Injector(Pods.SETTINGS)
                            .inject(Pods.annotated("inject", "true"), namespace, NamespaceSays.ENABLED))
                    .isInstanceOfSatisfying(
                            Injector.Outcome.Left.class,
                            left -> assertThat(left.reason()).contains("the cluster's own"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app-ports | eighty | must be ports as in",
                "app-ports | 70000 | must be ports as in",
                "exclude-outbound-ports | 9-1 | must be ports as in",
                "exclude-outbound-cidrs | everything | must be networks as in",
                "exclude-outbound-cidrs | 10.0.0.0/33 | must be networks as in",
                "exclude-outbound-cidrs | 10.0.0.1/8 | must be networks as in",
                "exclude-outbound-cidrs | 10.0.0.0/8,10.256.0.0/16 | must be networks as in",
                "exclude-outbound-cidrs | fd00::1/64 | must be networks as in",
                "exclude-outbound-cidrs | fd00:/8 | must be networks as in",
                "cpu-request | lots | must be a quantity",
                "sampling-percent | 101 | must be a number from 0 to 100",
                "drain-timeout | soon | must be a duration",
                "drain-timeout | 100000s | must be a duration",
                "log-headers | x-a(plain)x | must be headers as in",
                "log-level | chatty | must be one of error",
                "image | --privileged | must be an image",
                "appports | 80 | is not known; known are app-ports,",
            })
    void aWrongAnnotationIsRefusedInOneLine(String name, String value, String line) {
        ObjectNode pod = Pods.annotated(name, value);
        ObjectNode before = pod.deepCopy();
        assertThat(Pods.inject(pod))
                .isInstanceOfSatisfying(
                        Injector.Outcome.Refused.class,
                        refused -> assertThat(refused.reason())
                                .contains("torii.dev/" + name, line)
                                .doesNotContain("\n"));
        assertThat(pod).isEqualTo(before);
    }

    @Test
    void aPortOfTheSidecarsIsRefused() {
        ObjectNode pod = Pods.plain();
        ((ObjectNode) pod.at("/spec/containers/0/ports/0")).put("containerPort", 15006);
        assertThat(Pods.inject(pod))
                .isInstanceOfSatisfying(
                        Injector.Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("15006"));
    }

    @Test
    void anAppThatRunsAsTheSidecarIsTold() {
        ObjectNode pod = Pods.plain();
        ((ObjectNode) pod.at("/spec/containers/0")).putObject("securityContext").put("runAsUser", 1337);
        assertThat(Pods.inject(pod))
                .isInstanceOfSatisfying(
                        Injector.Outcome.Injected.class,
                        outcome -> assertThat(outcome.warnings())
                                .singleElement()
                                .asString()
                                .contains("user 1337"));
    }
}
