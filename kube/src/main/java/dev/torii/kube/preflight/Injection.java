package dev.torii.kube.preflight;

import dev.torii.kube.Authority;
import dev.torii.kube.Cluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a pod that asks for a sidecar gets one: the webhook configuration, whom it trusts, and a try. */
final class Injection {

    private static final String NAME = "torii-injector";
    private static final String PUT_RIGHT =
            "the injector puts it right; see why not: kubectl -n %s logs deployment/" + NAME;

    private final KubernetesClient client;
    private final Preflight.Options options;

    Injection(KubernetesClient client, Preflight.Options options) {
        this.client = client;
        this.options = options;
    }

    List<Finding> findings() {
        MutatingWebhookConfiguration configuration = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(NAME)
                .get();
        if (configuration == null) {
            return List.of(Finding.fail(
                    "MutatingWebhookConfiguration " + NAME + " is not there",
                    "kubectl apply -f src/kubernetes/base/injector-webhook.yaml"));
        }
        List<Finding> findings = new ArrayList<>();
        for (MutatingWebhook webhook : configuration.getWebhooks()) {
            String wrong = wrong(webhook.getClientConfig().getCaBundle());
            if (!wrong.isEmpty()) {
                findings.add(Finding.fail(
                        "webhook " + webhook.getName() + " has " + wrong,
                        PUT_RIGHT.replace("%s", options.namespace())));
            }
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok("MutatingWebhookConfiguration " + NAME + ": caBundle of "
                    + configuration.getWebhooks().size() + " webhooks"));
        }
        findings.add(authority());
        findings.add(tried());
        return findings;
    }

    /** Pods mount it to trust control by. */
    private Finding authority() {
        ConfigMap map = client.configMaps()
                .inNamespace(options.probe())
                .withName(Authority.NAME)
                .get();
        String what = "ConfigMap " + options.probe() + "/" + Authority.NAME;
        return map != null && map.getData() != null && map.getData().containsKey("ca.crt")
                ? Finding.ok(what)
                : Finding.fail(
                        what + " is not there, so that sidecars cannot trust control",
                        "control's leader makes it: kubectl -n " + options.namespace()
                                + " logs deployment/torii-control");
    }

    private static String wrong(@Nullable String bundle) {
        if (bundle == null || bundle.isEmpty()) {
            return "no caBundle";
        }
        try {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(Base64.getMimeDecoder().decode(bundle)));
            for (Certificate each : certificates) {
                ((X509Certificate) each).checkValidity();
            }
            return certificates.isEmpty() ? "a caBundle without certificates" : "";
        } catch (CertificateException | IllegalArgumentException e) {
            return "a caBundle that is of no use (" + Cluster.why(e) + ")";
        }
    }

    private Finding tried() {
        String what = "a pod in namespace " + options.probe() + " (a dry run)";
        try {
            Pod made = client.pods()
                    .inNamespace(options.probe())
                    .resource(probe())
                    .dryRun()
                    .create();
            boolean has = made.getSpec().getInitContainers().stream()
                    .anyMatch(each -> each.getName().equals("torii-sidecar"));
            return has
                    ? Finding.ok(what + " gets its sidecar")
                    : Finding.fail(
                            what + " gets no sidecar",
                            "the injector was not asked: look at the namespace's label torii.dev/inject and at the selectors of "
                                    + NAME);
        } catch (KubernetesClientException e) {
            return Finding.fail(what + " cannot be made", Cluster.why(e));
        }
    }

    private Pod probe() {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(options.probe())
                .withName("torii-kube-check")
                .addToLabels("torii.dev/inject", "true")
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName("default")
                .addNewContainer()
                .withName("app")
                .withImage("app:1")
                .endContainer()
                .endSpec()
                .build();
    }
}
