package dev.torii.kube;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * By what the API server trusts a webhook: {@code caBundle} of all webhooks of one MutatingWebhookConfiguration, written, and
 * put right whenever anybody changes it. For one process at a time: the leader. Nothing else of the configuration is touched.
 *
 * <p>Threads: methods may be called on any; it works on one of its own.
 */
public final class CaBundle implements AutoCloseable {

    private static final Logger LOG = System.getLogger(CaBundle.class.getName());

    private final KubernetesClient client;
    private final String name;
    private final Upkeep upkeep;
    private final SharedIndexInformer<MutatingWebhookConfiguration> configurations;
    private final BooleanSupplier leads;
    private volatile String wanted;

    /** On upkeep's thread: the version that was written to, until the watch tells of another. */
    private String written = "";

    private String trouble = "";

    private CaBundle(KubernetesClient client, String name, String bundle, BooleanSupplier leads) {
        this.client = client;
        this.name = name;
        this.wanted = encoded(bundle);
        this.leads = leads;
        this.upkeep = new Upkeep("caBundle of " + name, this::put);
        this.configurations = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(name)
                .runnableInformer(0)
                .exceptionHandler((started, e) -> {
                    tell("cannot be watched: " + Threads.line(e));
                    return true;
                });
        configurations.addEventHandler(new Changes<>(configuration -> upkeep.poke()));
    }

    /**
     * Starts; returns at once.
     *
     * @param client stays its owner's to close
     * @param name of the MutatingWebhookConfiguration, which may come later
     * @param bundle PEM; {@code ""}: there is none yet
     * @param leads asked before each write
     */
    public static CaBundle start(KubernetesClient client, String name, String bundle, BooleanSupplier leads) {
        CaBundle started = new CaBundle(client, name, bundle, leads);
        started.configurations.start().thenRun(started.upkeep::poke);
        return started;
    }

    /** Another one from now on. */
    public void offer(String bundle) {
        wanted = encoded(bundle);
        upkeep.poke();
    }

    private static String encoded(String bundle) {
        return Base64.getEncoder().encodeToString(bundle.getBytes(StandardCharsets.US_ASCII));
    }

    private boolean put() {
        MutatingWebhookConfiguration is =
                configurations.getStore().list().stream().findFirst().orElse(null);
        String bundle = wanted;
        if (is == null || bundle.isEmpty()) {
            return true; // told when there is one
        }
        String version = is.getMetadata().getResourceVersion();
        List<Map<String, String>> patch = patch(is.getWebhooks(), bundle);
        if (patch.isEmpty() || (version + bundle).equals(written)) {
            return true;
        }
        if (!leads.getAsBoolean()) {
            return false;
        }
        try {
            written = version + bundle;
            client.admissionRegistration()
                    .v1()
                    .mutatingWebhookConfigurations()
                    .withName(name)
                    .patch(
                            PatchContext.of(PatchType.JSON),
                            client.getKubernetesSerialization().asJson(patch));
            LOG.log(Level.INFO, "MutatingWebhookConfiguration " + name + ": caBundle written");
            trouble = "";
            return true;
        } catch (KubernetesClientException e) {
            written = "";
            tell(Threads.line(e));
            return false;
        }
    }

    /** Of each webhook that has another one; tested by name, as somebody may have put another in its place. */
    private static List<Map<String, String>> patch(List<MutatingWebhook> webhooks, String bundle) {
        List<Map<String, String>> patch = new ArrayList<>();
        for (int i = 0; i < webhooks.size(); i++) {
            MutatingWebhook webhook = webhooks.get(i);
            if (!bundle.equals(webhook.getClientConfig().getCaBundle())) {
                patch.add(Map.of("op", "test", "path", "/webhooks/" + i + "/name", "value", webhook.getName()));
                patch.add(Map.of("op", "add", "path", "/webhooks/" + i + "/clientConfig/caBundle", "value", bundle));
            }
        }
        return patch;
    }

    /** Once, until it is well again. */
    private void tell(String what) {
        if (trouble.isEmpty() && !upkeep.isClosed()) {
            LOG.log(Level.WARNING, "MutatingWebhookConfiguration " + name + ": " + what);
        }
        trouble = what;
    }

    /** Ends; what was written stays. */
    @Override
    public void close() {
        configurations.stop();
        upkeep.close();
    }
}
