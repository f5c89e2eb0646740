package dev.torii.kube.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.kube.MockApi;
import dev.torii.testkit.Certificates;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cluster that has all, and what is said when one thing is missing. */
final class PreflightTest {

    private static final String BUNDLE = Base64.getEncoder()
            .encodeToString(Certificates.authority("torii").caPem().getBytes(StandardCharsets.US_ASCII));
    private static final String EXPIRED = Base64.getEncoder()
            .encodeToString(Certificates.expiredAuthority("torii").caPem().getBytes(StandardCharsets.US_ASCII));
    private static final List<String> GATEWAY_API = List.of(
            "gatewayclasses",
            "gateways",
            "httproutes",
            "grpcroutes",
            "tlsroutes",
            "tcproutes",
            "listenersets",
            "referencegrants",
            "backendtlspolicies");
    private static final List<String> OWN =
            List.of("backendpolicies", "faultpolicies", "ratelimitpolicies", "telemetrypolicies");

    private final MockApi api = new MockApi();
    private final KubernetesClient client = api.client();

    @BeforeEach
    void install() {
        version("v1.33.0");
        GATEWAY_API.forEach(name -> definition(name + ".gateway.networking.k8s.io", "v1.6.0"));
        OWN.forEach(name -> definition(name + ".torii.dev", ""));
        deployment("torii-control", 2);
        deployment("torii-injector", 2);
        webhook(BUNDLE);
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("torii-ca")
                        .endMetadata()
                        .withData(Map.of("ca.crt", "x"))
                        .build())
                .create();
        rights("nothing");
        sidecarFor("torii-sidecar");
    }

    @AfterEach
    void stop() {
        client.close();
        api.close();
    }

    private void version(String version) {
        api.reply("GET /version", body -> "{\"major\":\"1\",\"minor\":\"33\",\"gitVersion\":\"" + version + "\"}");
    }

    private void definition(String name, String bundle) {
        client.resource(new CustomResourceDefinitionBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withAnnotations(
                                bundle.isEmpty()
                                        ? Map.of()
                                        : Map.of(
                                                "gateway.networking.k8s.io/bundle-version",
                                                bundle,
                                                "gateway.networking.k8s.io/channel",
                                                "standard"))
                        .endMetadata()
                        .withNewSpec()
                        .withGroup(name.substring(name.indexOf('.') + 1))
                        .withNewNames()
                        .withKind(name)
                        .withPlural(name.substring(0, name.indexOf('.')))
                        .endNames()
                        .withScope("Namespaced")
                        .addNewVersion()
                        .withName("v1")
                        .withServed(true)
                        .withStorage(true)
                        .endVersion()
                        .endSpec()
                        .build())
                .create();
    }

    private void deployment(String name, int ready) {
        client.resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withNamespace("torii-system")
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(2)
                        .withNewTemplate()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("torii")
                        .withImage("registry.example:5000/torii:1.3.0")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .withNewStatus()
                        .withReadyReplicas(ready)
                        .endStatus()
                        .build())
                .create();
    }

    private void webhook(String bundle) {
        client.resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName("torii-injector")
                        .endMetadata()
                        .addNewWebhook()
                        .withName("pod.injector.torii.dev")
                        .withNewClientConfig()
                        .withCaBundle(bundle)
                        .endClientConfig()
                        .endWebhook()
                        .build())
                .create();
    }

    /** Everybody may do everything but with one resource. */
    private void rights(String but) {
        api.reply("POST /apis/authorization.k8s.io/v1/subjectaccessreviews", body -> {
            SubjectAccessReview review = client.getKubernetesSerialization().unmarshal(body, SubjectAccessReview.class);
            boolean allowed =
                    !review.getSpec().getResourceAttributes().getResource().equals(but);
            return "{\"kind\":\"SubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"status\":{\"allowed\":"
                    + allowed + "}}";
        });
    }

    private void sidecarFor(String name) {
        api.reply("POST /api/v1/namespaces/default/pods", body -> {
            Pod pod = client.getKubernetesSerialization().unmarshal(body, Pod.class);
            assertThat(pod.getMetadata().getLabels()).containsEntry("torii.dev/inject", "true");
            return client.getKubernetesSerialization().asJson(injected(pod, name, "torii:1.3.0"));
        });
    }

    private static Pod injected(Pod pod, String name, String image) {
        return new PodBuilder(pod)
                .editSpec()
                .addNewInitContainer()
                .withName(name)
                .withImage(image)
                .endInitContainer()
                .endSpec()
                .build();
    }

    private void sidecar(String name, String tag) {
        Pod plain = new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build();
        client.resource(injected(plain, "torii-sidecar", "registry.example:5000/torii:" + tag))
                .create();
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        new Preflight(client, new Preflight.Options("torii-system", "default")).run(each -> lines.add(each.toString()));
        assertThat(lines).allSatisfy(line -> assertThat(line).hasLineCount(1));
        return lines;
    }

    @Test
    void aClusterThatHasAll() {
        sidecar("a", "1.3.0");
        sidecar("b", "1.2.7");
        assertThat(lines())
                .containsExactly(
                        "ok   Kubernetes v1.33.0",
                        "ok   Gateway API v1.6.0 standard",
                        "ok   Torii's own kinds",
                        "ok   Deployment torii-system/torii-control: 2 of 2 pods are ready",
                        "ok   Deployment torii-system/torii-injector: 2 of 2 pods are ready",
                        "ok   ServiceAccount torii-system/torii-control may do what it has to",
                        "ok   ServiceAccount torii-system/torii-injector may do what it has to",
                        "ok   MutatingWebhookConfiguration torii-injector: caBundle of 1 webhooks",
                        "ok   ConfigMap default/torii-ca",
                        "ok   a pod in namespace default (a dry run) gets its sidecar",
                        "ok   2 pods with a sidecar {1.2.7=1, 1.3.0=1}");
        assertThat(api.writes()).as("nothing but what the test made").noneMatch(line -> line.contains("kube-check"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v1.28.9         | FAIL Kubernetes v1.28.9: native sidecar containers need 1.29 or newer",
                "v1.29.4-eks-036 | warn Kubernetes v1.29.4-eks-036: matchConditions",
                "v1.30.0+k3s1    | ok   Kubernetes v1.30.0+k3s1",
                "v0.0.0-master   | warn the API server's version is not known (v0.0.0-master): Kubernetes must be 1.29 or newer",
                "abc             | warn the API server's version is not known (abc): Kubernetes must be 1.29 or newer",
            })
    void versionsOfTheApiServer(String version, String line) {
        version(version);
        assertThat(lines().get(0)).startsWith(line);
    }

    @Test
    void kindsThatAreMissing() {
        var definitions = client.apiextensions().v1().customResourceDefinitions();
        definitions.withName("tcproutes.gateway.networking.k8s.io").delete();
        definitions.withName("faultpolicies.torii.dev").delete();
        assertThat(lines())
                .contains("FAIL Torii's own kinds are not there: faultpolicies: kubectl apply -k src/kubernetes/crds")
                .anyMatch(line -> line.startsWith("warn kinds of the Gateway API are not there: tcproutes"));
        definitions.withName("httproutes.gateway.networking.k8s.io").delete();
        assertThat(lines())
                .anyMatch(line -> line.startsWith("FAIL kinds of the Gateway API are not there: httproutes"));
    }

    @Test
    void anotherBundleOfTheGatewayApi() {
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("gateways.gateway.networking.k8s.io")
                .delete();
        definition("gateways.gateway.networking.k8s.io", "v1.4.1");
        assertThat(lines())
                .anyMatch(
                        line -> line.startsWith("warn Gateway API v1.4.1 standard and v1.6.0 standard: its kinds are"));
    }

    @Test
    void nothingIsInstalled() {
        client.apps().deployments().inNamespace("torii-system").delete();
        assertThat(lines())
                .hasSize(5)
                .contains("FAIL Deployment torii-system/torii-control is not there:"
                        + " kubectl apply -k src/kubernetes/overlays/production");
    }

    @Test
    void podsThatAreNotReady() {
        client.apps().deployments().inNamespace("torii-system").delete();
        deployment("torii-control", 1);
        deployment("torii-injector", 0);
        assertThat(lines())
                .contains(
                        "warn Deployment torii-system/torii-control: 1 of 2 pods are ready:"
                                + " kubectl -n torii-system logs deployment/torii-control",
                        "FAIL Deployment torii-system/torii-injector: 0 of 2 pods are ready:"
                                + " kubectl -n torii-system logs deployment/torii-injector");
    }

    @Test
    void rightsThatAreMissing() {
        rights("leases");
        assertThat(lines())
                .contains("FAIL ServiceAccount torii-system/torii-injector may not"
                        + " get coordination.k8s.io/leases=torii-injector,"
                        + " update coordination.k8s.io/leases=torii-injector:"
                        + " apply the ClusterRole and the Role torii-injector again");
    }

    @Test
    void aWebhookThatNobodyTrusts() {
        var configurations = client.admissionRegistration().v1().mutatingWebhookConfigurations();
        configurations.withName("torii-injector").delete();
        assertThat(lines())
                .anyMatch(line -> line.startsWith("FAIL MutatingWebhookConfiguration torii-injector is not there"));
        webhook(null);
        assertThat(lines()).anyMatch(line -> line.startsWith("FAIL webhook pod.injector.torii.dev has no caBundle"));
        configurations.withName("torii-injector").delete();
        webhook(EXPIRED);
        assertThat(lines())
                .anyMatch(line -> line.startsWith(
                        "FAIL webhook pod.injector.torii.dev has a caBundle that is of no use (NotAfter"));
    }

    @Test
    void aPodThatGetsNoSidecar() {
        sidecarFor("somebody-elses");
        assertThat(lines())
                .anyMatch(line -> line.startsWith("FAIL a pod in namespace default (a dry run) gets no sidecar"));
    }

    @Test
    void proxiesThatAreTooOld() {
        sidecar("a", "1.1.0");
        sidecar("b", "1.4.0");
        sidecar("c", "latest");
        assertThat(lines())
                .contains("warn 3 pods with a sidecar {1.1.0=1, 1.4.0=1, latest=1}: control 1.3 speaks to its own minor"
                        + " version and the one before, but there are [1.1.0, 1.4.0, latest]: restart those pods");
    }

    @Test
    void anApiServerThatIsAwayIsOneLine() {
        api.answers(503);
        assertThat(lines()).singleElement().asString().startsWith("FAIL the API server cannot be looked at: ");
    }

    @Test
    void whoMayNotLookIsTold() {
        api.answers(403);
        assertThat(lines()).singleElement().asString().startsWith("warn the API server cannot be looked at: ");
    }
}
