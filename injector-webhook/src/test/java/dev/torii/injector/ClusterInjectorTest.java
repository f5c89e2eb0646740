package dev.torii.injector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.kube.OwnPod;
import dev.torii.kube.preflight.Preflight;
import dev.torii.testkit.Await;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.TlsClients;
import dev.torii.testkit.kube.ApiRequest;
import dev.torii.testkit.kube.ApiServer;
import dev.torii.testkit.kube.Rights;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two replicas in a cluster: what they write into it, and what becomes of its new pods, of which the webhook configuration
 * that ships sends some here. Without a real API server, {@link Admission} does what that does.
 */
@Timeout(180)
final class ClusterInjectorTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CONTROLS_NAMESPACE = "torii-system";

    private static ApiServer api;
    private static ClusterInjector first;
    private static ClusterInjector second;

    @BeforeAll
    static void start() throws Exception {
        api = ApiServer.start();
        namespace(CONTROLS_NAMESPACE, Map.of());
        api.apply(Admission.shipped("injector-access.yaml"));
        api.apply(Admission.shipped("control-access.yaml"));
        int port = FreePort.find();
        api.client()
                .resource(api.client()
                        .getKubernetesSerialization()
                        .convertValue(Admission.configuration(port), MutatingWebhookConfiguration.class))
                .create();
        first = injector("first", port);
        second = injector("second", FreePort.find());
        for (ClusterInjector each : List.of(first, second)) {
            each.serving().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
        assertThat(Await.until(LIMIT, () -> bundles().size() == 1 && !bundles().contains("")))
                .isTrue();
    }

    private static ClusterInjector injector(String name, int port) {
        return ClusterInjector.start(
                new KubernetesClientBuilder().withConfig(asItself()).build(),
                new ClusterInjector.Options(
                        "127.0.0.1",
                        port,
                        new OwnPod(CONTROLS_NAMESPACE, name, "127.0.0.1"),
                        Pods.SETTINGS,
                        InstantSource.system()));
    }

    /** With the rights that it has in a cluster, which a real API server knows of. */
    private static Config asItself() {
        return new ConfigBuilder(api.config())
                .withImpersonateUsername("system:serviceaccount:torii-system:torii-injector")
                .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        for (ClusterInjector each : List.of(second, first)) {
            each.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
        Rights rights = Rights.of("injector-access.yaml");
        List<ApiRequest> asked = api.requests().stream()
                .filter(each -> each.user().endsWith(":torii-injector"))
                .toList();
        api.close();
        assertThat(rights.exceededBy(asked)).isEmpty();
        assertThat(asked).extracting(ApiRequest::status).doesNotContain(401, 403);
        assertThat(rights.unusedBy(asked))
                .as("but for a rotation, and its image, which it was told here")
                .containsExactly("get /pods", "update /secrets=torii-ca");
    }

    private static Resource<MutatingWebhookConfiguration> configuration() {
        return api.client()
                .admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName("torii-injector");
    }

    /** The caBundles of all webhooks. */
    private static Set<String> bundles() {
        return configuration().require().getWebhooks().stream()
                .map(webhook -> String.valueOf(webhook.getClientConfig().getCaBundle()))
                .map(bundle -> bundle.equals("null") ? "" : bundle)
                .collect(Collectors.toSet());
    }

    private static Namespace namespace(String name, Map<String, String> labels) {
        return api.client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .createOr(NonDeletingOperation::update);
    }

    @Test
    void bothServeWithCertificatesThatTheApiServerTrusts() throws Exception {
        SSLContext trust = TlsClients.trusting(
                new String(Base64.getDecoder().decode(bundles().iterator().next()), StandardCharsets.US_ASCII));
        for (ClusterInjector each : List.of(first, second)) {
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .sslContext(trust)
                    .build()
                    .send(
                            HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + each.port() + "/ready"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            X509Certificate served =
                    (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0];
            assertThat(served.getSubjectAlternativeNames().toString())
                    .contains("torii-injector.torii-system.svc]", "torii-injector.torii-system.svc.cluster.local");
        }
    }

    @Test
    void whoeverChangesTheBundleItIsPutRight() {
        Set<String> right = bundles();
        configuration().edit(changed -> {
            changed.getWebhooks().get(1).getClientConfig().setCaBundle(null);
            MutatingWebhook last = changed.getWebhooks().get(2);
            last.getClientConfig().setCaBundle(Base64.getEncoder().encodeToString(new byte[0]));
            last.setTimeoutSeconds(7);
            return changed;
        });
        assertThat(Await.until(LIMIT, () -> bundles().equals(right))).isTrue();
        assertThat(configuration().require().getWebhooks().get(2).getTimeoutSeconds())
                .as("what is not ours stays")
                .isEqualTo(7);
    }

    @Test
    void thePreflightSeesWhatIsThere() {
        for (String name : List.of("torii-control", "torii-injector")) {
            deployed(name);
        }
        List<String> lines = new ArrayList<>();
        new Preflight(api.client(), new Preflight.Options(CONTROLS_NAMESPACE, "default"))
                .run(finding -> lines.add(finding.toString()));
        assertThat(lines).contains("ok   MutatingWebhookConfiguration torii-injector: caBundle of 3 webhooks");
        if (api.isReal()) {
            assertThat(lines)
                    .contains(
                            "ok   ServiceAccount torii-system/torii-control may do what it has to",
                            "ok   ServiceAccount torii-system/torii-injector may do what it has to",
                            "ok   a pod in namespace default (a dry run) gets its sidecar");
        }
    }

    private static void deployed(String name) {
        Deployment deployment = new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace(CONTROLS_NAMESPACE)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("torii")
                .withImage("torii:1.2.3")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        api.client().resource(deployment).create();
        api.client().resource(deployment).editStatus(made -> {
            made.setStatus(new DeploymentStatusBuilder()
                    .withReplicas(1)
                    .withReadyReplicas(1)
                    .withAvailableReplicas(1)
                    .build());
            return made;
        });
    }

    /** Namespace, its label, the pod's label, its annotation; which webhook is asked; does the pod get a sidecar. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "shop,            -,        -,     -,     -,         false",
                "shop,            -,        true,  -,     pod,       true",
                "shop,            -,        -,     true,  pod,       true",
                "shop,            -,        true,  false, pod,       false",
                "shop,            -,        false, -,     -,         false",
                "enabled,         enabled,  -,     -,     namespace, true",
                "enabled,         enabled,  true,  -,     namespace, true",
                "enabled,         enabled,  -,     true,  namespace, true",
                "enabled,         enabled,  false, -,     -,         false",
                "enabled,         enabled,  -,     false, -,         false",
                "disabled,        disabled, -,     -,     -,         false",
                "disabled,        disabled, true,  -,     disabled,  false",
                "no,              false,    -,     true,  disabled,  false",
                "misspelt,        enable,   -,     -,     -,         false",
                "misspelt,        enable,   true,  -,     pod,       true",
                "kube-system,     enabled,  true,  true,  -,         false",
                "kube-public,     enabled,  true,  true,  -,         false",
                "kube-node-lease, enabled,  true,  true,  -,         false",
                "torii-system,    enabled,  true,  true,  -,         false",
            })
    void whichPodsAreAskedAbout(
            String namespace, String says, String label, String annotation, String webhook, boolean injected)
            throws Exception {
        ObjectNode pod = annotation == null ? Pods.plain() : Pods.annotated("inject", annotation);
        if (label != null) {
            ((ObjectNode) pod.at("/metadata/labels")).put("torii.dev/inject", label);
        }
        Map<String, String> labels = new HashMap<>();
        if (says != null) {
            labels.put("torii.dev/inject", says);
        }
        assertThat(Admission.reached(namespace, labels, pod))
                .isEqualTo(webhook == null ? List.of() : List.of(webhook + ".injector.torii.dev"));
        assertThat(hasSidecar(taken(pod, namespace(namespace, labels), false))).isEqualTo(injected);
    }

    /** What the API server makes of a new pod. */
    private static Pod taken(ObjectNode pod, Namespace namespace, boolean dryRun) throws Exception {
        if (!api.isReal()) {
            return Admission.taken(configuration().require(), pod, namespace, dryRun);
        }
        String name = namespace.getMetadata().getName();
        ObjectNode metadata = (ObjectNode) pod.get("metadata");
        metadata.put("namespace", name).remove("name");
        metadata.put("generateName", "web-");
        var resource = api.client().pods().inNamespace(name).resource(Pods.typed(pod));
        return dryRun ? resource.dryRun().create() : resource.create();
    }

    private static boolean hasSidecar(Pod pod) {
        return pod.getSpec().getInitContainers().stream()
                .map(Container::getName)
                .anyMatch(name -> name.equals("torii-sidecar"));
    }

    @ParameterizedTest
    @CsvSource({
        "apps/v1, ReplicaSet, Always",
        "apps/v1, StatefulSet, Always",
        "apps/v1, DaemonSet, Always",
        "batch/v1, Job, Never",
        "batch/v1, CronJob, OnFailure",
        "v1, ReplicationController, Always",
        "'', '', Always",
    })
    void podsOfEveryOwnerAreTakenWithTheirSidecar(String apiVersion, String kind, String restartPolicy)
            throws Exception {
        Namespace owners = namespace("owners", Map.of("torii.dev/inject", "enabled"));
        ObjectNode pod = Pods.plain();
        if (!kind.isEmpty()) {
            ((ObjectNode) pod.get("metadata"))
                    .putArray("ownerReferences")
                    .addObject()
                    .put("apiVersion", apiVersion)
                    .put("kind", kind)
                    .put("name", "web")
                    .put("uid", "88bed6b2-0b1b-4d6e-a9ad-6c2d3b0c7a11")
                    .put("controller", true);
        }
        ((ObjectNode) pod.get("spec")).put("restartPolicy", restartPolicy);
        for (boolean dryRun : new boolean[] {true, false}) {
            Pod taken = taken(pod.deepCopy(), owners, dryRun);
            assertThat(taken.getSpec().getInitContainers())
                    .extracting(Container::getName)
                    .containsExactly("torii-capture", "torii-sidecar", "migrate");
            assertThat(taken.getSpec().getInitContainers().get(1).getRestartPolicy())
                    .isEqualTo("Always");
            assertThat(taken.getMetadata().getAnnotations()).containsKey("torii.dev/status");
        }
    }

    @Test
    void theOwnerIsToldWhatIsWrong() {
        Namespace owners = namespace("owners", Map.of("torii.dev/inject", "enabled"));
        ObjectNode pod = Pods.annotated("cpu-request", "lots");
        assertThatThrownBy(() -> taken(pod, owners, false))
                .hasMessageContaining("torii: annotation `torii.dev/cpu-request` must be a quantity");
    }
}
