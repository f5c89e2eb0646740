package dev.torii.injector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.testkit.Certificates;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real HTTPS, with reviews in the shape in which API servers send them. */
final class WebhookTest {

    @TempDir
    private static Path folder;

    private static Webhook webhook;
    private static SSLContext trust;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        Certificates authority = Certificates.authority("torii");
        Certificates.Leaf leaf = authority.issue("localhost");
        Path certificate = Files.writeString(folder.resolve("tls.crt"), leaf.certificatePem());
        Path key = Files.writeString(folder.resolve("tls.key"), leaf.keyPem());
        webhook = Webhook.start(new Webhook.Options(
                        "127.0.0.1", 0, new Webhook.Credentials.Files(certificate, key), Pods.SETTINGS))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        trust = trust(authority.caPem());
        client = HttpClient.newBuilder().sslContext(trust).build();
    }

    private static SSLContext trust(String pem) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry(
                "torii",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    @AfterAll
    static void stop() throws Exception {
        webhook.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + webhook.port() + path))
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The answer's {@code response}, of the request that was asked. */
    private JsonNode review(ObjectNode pod) throws IOException, InterruptedException {
        ObjectNode review = Pods.review(pod, "CREATE", false);
        HttpResponse<String> answer = post("/inject/enabled?timeout=10s", review.toString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        JsonNode json = Pods.JSON.readTree(answer.body());
        assertThat(json.path("apiVersion").asText()).isEqualTo("admission.k8s.io/v1");
        assertThat(json.path("kind").asText()).isEqualTo("AdmissionReview");
        assertThat(json.at("/response/uid")).isEqualTo(review.at("/request/uid"));
        return json.path("response");
    }

    private static JsonNode patch(JsonNode response) throws IOException {
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.path("patchType").asText()).isEqualTo("JSONPatch");
        return Pods.JSON.readTree(
                Base64.getDecoder().decode(response.path("patch").asText()));
    }

    @ParameterizedTest
    @CsvSource({
        "apps/v1, ReplicaSet, web-6d4cf56db6, Always",
        "apps/v1, StatefulSet, web, Always",
        "apps/v1, DaemonSet, web, Always",
        "batch/v1, Job, web, Never",
        "batch/v1, Job, web-28911111, OnFailure",
        "v1, ReplicationController, web, Always",
        "'', '', '', Always",
    })
    void aPodOfAnyOwnerGetsItsSidecar(String apiVersion, String kind, String name, String restartPolicy)
            throws Exception {
        ObjectNode pod = Pods.plain();
        ObjectNode metadata = (ObjectNode) pod.get("metadata");
        if (!kind.isEmpty()) {
            // The API server sends no name yet: it is made after admission.
            metadata.remove("name");
            metadata.put("generateName", name + "-");
            metadata.putArray("ownerReferences")
                    .addObject()
                    .put("apiVersion", apiVersion)
                    .put("kind", kind)
                    .put("name", name)
                    .put("uid", "88bed6b2-0b1b-4d6e-a9ad-6c2d3b0c7a11")
                    .put("controller", true)
                    .put("blockOwnerDeletion", true);
        }
        ((ObjectNode) pod.get("spec")).put("restartPolicy", restartPolicy);
        Pod patched = Pods.patched(pod, patch(review(pod)));
        assertThat(patched.getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly("torii-capture", "torii-sidecar", "migrate");
        // What runs beside a Job ends with it only as a native sidecar.
        assertThat(patched.getSpec().getInitContainers().get(1).getRestartPolicy())
                .isEqualTo("Always");
        assertThat(patched.getSpec().getRestartPolicy()).isEqualTo(restartPolicy);
    }

    @Test
    void aPodWithNothingButAContainer() throws Exception {
        ObjectNode pod = Pods.json("{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"b\"}]}}");
        Pod patched = Pods.patched(pod, patch(review(pod)));
        assertThat(patched.getSpec().getInitContainers()).hasSize(2);
        assertThat(patched.getMetadata().getAnnotations()).containsKey("torii.dev/status");
    }

    @Test
    void whatIsNotANewPodIsLetPass() throws Exception {
        for (ObjectNode review : new ObjectNode[] {
            Pods.review(Pods.plain(), "UPDATE", false), Pods.review(Pods.json("{\"spec\":1}"), "DELETE", true)
        }) {
            JsonNode answer =
                    Pods.JSON.readTree(post("/inject", review.toString()).body());
            assertThat(answer.at("/response/allowed").asBoolean()).isTrue();
            assertThat(answer.path("response").has("patch")).isFalse();
        }
    }

    @Test
    void aDryRunGetsTheSamePatch() throws Exception {
        JsonNode real = Pods.JSON.readTree(post(
                        "/inject/enabled",
                        Pods.review(Pods.plain(), "CREATE", false).toString())
                .body());
        JsonNode dry = Pods.JSON.readTree(post(
                        "/inject/enabled",
                        Pods.review(Pods.plain(), "CREATE", true).toString())
                .body());
        assertThat(dry.at("/response/patchType").asText()).isEqualTo("JSONPatch");
        assertThat(dry).isEqualTo(real);
    }

    /** The path stands for what the namespace says; the same pod, which says nothing, at each of them. */
    @ParameterizedTest
    @CsvSource({"/inject, false", "/inject/enabled, true", "/inject/disabled, false"})
    void theNamespaceSpeaksForWhoSaysNothing(String path, boolean injected) throws Exception {
        JsonNode quiet = Pods.JSON.readTree(
                post(path, Pods.review(Pods.plain(), "CREATE", false).toString())
                        .body());
        assertThat(quiet.at("/response/allowed").asBoolean()).isTrue();
        assertThat(quiet.path("response").has("patch")).isEqualTo(injected);
        assertThat(quiet.path("response").has("warnings")).isFalse();
    }

    @Test
    void anOptedOutNamespaceIsAWarning() throws Exception {
        ObjectNode review = Pods.review(Pods.annotated("inject", "true"), "CREATE", false);
        JsonNode answer =
                Pods.JSON.readTree(post("/inject/disabled", review.toString()).body());
        assertThat(answer.at("/response/allowed").asBoolean()).isTrue();
        assertThat(answer.path("response").has("patch")).isFalse();
        assertThat(answer.at("/response/warnings/0").asText())
                .startsWith("torii: not injected: namespace shop does not want sidecars");
    }

    @Test
    void aHostNetworkPodIsAllowedWithAWarning() throws Exception {
        ObjectNode pod = Pods.plain();
        ((ObjectNode) pod.get("spec")).put("hostNetwork", true);
        JsonNode response = review(pod);
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.has("patch")).isFalse();
        assertThat(response.at("/warnings/0").asText())
                .startsWith("torii: not injected: ")
                .contains("host's network");
    }

    @Test
    void aWrongAnnotationIsDeniedInTheProtocol() throws Exception {
        JsonNode response = review(Pods.annotated("cpu-request", "x".repeat(3000)));
        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.at("/status/code").asInt()).isEqualTo(400);
        assertThat(response.at("/status/message").asText())
                .startsWith("torii: annotation `torii.dev/cpu-request` must be a quantity")
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"spec\":{\"containers\":\"none\"}}",
                "{\"spec\":{\"containers\":[1]}}",
                "{\"spec\":[]}",
                "{\"spec\":null}",
                "{}",
                "[]",
                "{\"spec\":{\"containers\":[{}],\"initContainers\":{\"a\":1}}}",
                "{\"spec\":{\"containers\":[{}],\"volumes\":[true]}}",
                "{\"metadata\":3,\"spec\":{\"containers\":[{}]}}",
                "{\"metadata\":{\"annotations\":[]},\"spec\":{\"containers\":[{}]}}",
            })
    void aPodThatIsNoneIsDeniedInTheProtocol(String pod) throws Exception {
        HttpResponse<String> answer = post(
                "/inject", Pods.review(Pods.JSON.readTree(pod), "CREATE", false).toString());
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode response = Pods.JSON.readTree(answer.body()).path("response");
        assertThat(response.path("uid").asText()).isEqualTo("705ab4f5-6393-11e8-b7cc-42010a800002");
        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.at("/status/message").asText())
                .startsWith("torii: ")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[",
                "null",
                "{}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1beta1\",\"request\":{\"uid\":\"1\"}}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":7}} {}",
                "{\"kind\":\"AdmissionReview\",\"kind\":\"AdmissionReview\"}",
            })
    void whatIsNoReviewIsOneLine(String body) throws Exception {
        HttpResponse<String> answer = post("/inject", body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .startsWith("torii: ")
                .doesNotContain("Exception")
                .hasLineCount(1);
    }

    @Test
    void depthAndLengthAreBounded() throws Exception {
        String deep = "{\"a\":".repeat(100_000);
        assertThat(post("/inject", deep).statusCode()).isEqualTo(400);
        HttpResponse<String> huge = post("/inject", "{\"a\":\"" + "x".repeat(9 * 1024 * 1024) + "\"}");
        assertThat(huge.statusCode()).isEqualTo(413);
        assertThat(huge.body()).startsWith("torii: the body is longer than");
        assertThat(review(Pods.plain()).path("allowed").asBoolean()).isTrue();
    }

    @Test
    void otherPlacesAreNotThere() throws Exception {
        assertThat(post("/mutate", "{}").statusCode()).isEqualTo(404);
        HttpResponse<String> ready = client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + webhook.port() + "/ready"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(ready.statusCode()).isEqualTo(200);
    }

    @Test
    void oldTlsIsRefused() throws Exception {
        try (SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket("localhost", webhook.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
        }
        try (SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket("localhost", webhook.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
        }
    }
}
