package dev.torii.injector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.kube.OwnPod;
import dev.torii.testkit.Await;
import dev.torii.testkit.TlsClients;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the API server meets while the injector's certificate is renewed, and then the authority behind it: it always gets
 * through, and always to somebody whom the caBundle that it had read before vouches for.
 */
@Timeout(120)
final class InjectorRenewalTest {

    private static final Instant BEGIN = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration AUTHORITY_IS_OLD = Duration.ofDays(8 * 365 + 1);

    private static final String READY = "GET /ready HTTP/1.1\r\nHost: injector\r\nConnection: close\r\n\r\n";

    private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
    private final SSLContext any = TlsClients.trustingAny();
    private final Set<X509Certificate> served = ConcurrentHashMap.newKeySet();
    private final Set<X509Certificate> signers = ConcurrentHashMap.newKeySet();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong calls = new AtomicLong();
    private volatile boolean ended;

    @Test
    void whoeverCallsMeanwhileGetsThroughAndTrusts() throws Exception {
        try (ApiServer api = ApiServer.mock()) {
            api.client()
                    .resource(api.client()
                            .getKubernetesSerialization()
                            .convertValue(Admission.configuration(), MutatingWebhookConfiguration.class))
                    .create();
            ClusterInjector injector = ClusterInjector.start(
                    api.newClient(),
                    new ClusterInjector.Options(
                            "127.0.0.1", 0, new OwnPod("torii-system", "first", "127.0.0.1"), Pods.SETTINGS, now::get));
            until(() -> injector.port() > 0 && bundle(api).size() == 1);
            Thread caller = new Thread(() -> call(api, injector.port()), "caller");
            caller.start();
            try {
                renewals(api);
            } finally {
                ended = true;
                caller.join();
                injector.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
            }
            assertThat(failures).isEmpty();
        }
    }

    private void renewals(ApiServer api) {
        until(() -> served.size() == 1);
        on(BEGIN.plus(Duration.ofDays(21)), api);
        until(() -> served.size() == 2);
        assertThat(signers).hasSize(1);

        Instant next = BEGIN.plus(AUTHORITY_IS_OLD);
        on(next, api);
        until(() -> bundle(api).size() == 2);
        calledAgain();
        assertThat(signers).as("the next one is trusted before it signs").hasSize(1);

        on(next.plus(Duration.ofDays(2)), api);
        until(() -> signers.size() == 2);
        assertThat(bundle(api)).as("nor is the last one forgotten").hasSize(2);
        calledAgain();

        on(next.plus(Duration.ofDays(40)), api);
        until(() -> bundle(api).size() == 1);
        calledAgain();
    }

    /** It is then, and somebody has touched the Secret, so that nobody need wait for the minute in which it is looked at. */
    private void on(Instant then, ApiServer api) {
        now.set(then);
        api.client().secrets().inNamespace("torii-system").withName("torii-ca").edit(secret -> {
            secret.getMetadata().setLabels(Map.of("touched", Long.toString(then.getEpochSecond())));
            return secret;
        });
    }

    private void calledAgain() {
        long before = calls.get();
        until(() -> calls.get() > before + 3);
    }

    private void call(ApiServer api, int port) {
        while (!ended) {
            try {
                call(bundle(api), port);
            } catch (Exception e) {
                failures.add(e.toString());
            }
            calls.incrementAndGet();
        }
    }

    private void call(List<X509Certificate> bundle, int port) throws Exception {
        try (SSLSocket socket = (SSLSocket) any.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.getOutputStream().write(READY.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            served.add(shown);
            List<X509Certificate> by =
                    bundle.stream().filter(each -> signed(each, shown)).toList();
            signers.addAll(by);
            if (by.size() != 1 || !answer.contains(" 200 ")) {
                failures.add(answer + "from " + shown.getSerialNumber() + ", vouched for by " + by.size());
            }
        }
    }

    private static boolean signed(X509Certificate authority, X509Certificate certificate) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static List<X509Certificate> bundle(ApiServer api) {
        String bundle = api.client()
                .admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName("torii-injector")
                .require()
                .getWebhooks()
                .get(0)
                .getClientConfig()
                .getCaBundle();
        byte[] pem = Base64.getDecoder().decode(bundle == null ? "" : bundle);
        try {
            return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(60), condition)).isTrue();
    }
}
