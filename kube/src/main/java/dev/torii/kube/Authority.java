package dev.torii.kube;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Vouches for the processes of one namespace: a certificate authority in the Secret {@value #NAME}, and certificates by it
 * for whoever serves. Made by whoever comes first; any replica takes the next step of its rotation ({@code Trust} says
 * which), the API server's resource versions see to it that only one does.
 *
 * <p>A Secret that does not hold what it should is told once and left alone: what was read last stays in force. To get a new
 * authority, delete the Secret.
 *
 * <p>Threads: methods may be called on any. It works on one thread of its own, on which its taker is called; that may block
 * for a while.
 */
public final class Authority implements AutoCloseable {

    /** Of the Secret, and of the ConfigMaps ({@link Bundles}) that others trust by. */
    public static final String NAME = "torii-ca";

    private static final Logger LOG = System.getLogger(Authority.class.getName());
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Duration LAST_WORK = Duration.ofSeconds(5);

    private final KubernetesClient client;
    private final String namespace;
    private final List<String> names;
    private final InstantSource clock;
    private final Consumer<Credentials> taker;
    private final ScheduledExecutorService thread = Threads.daemon("authority");
    private final SharedIndexInformer<Secret> secrets;

    // On its thread:
    private @Nullable Trust trust;
    private @Nullable Issuer leaf;
    private @Nullable Credentials given;
    private volatile String trouble = "";

    /**
     * What to serve with, and what others trust it by. All PEM.
     *
     * @param bundle the authorities' certificates
     * @param certificate for the names that were asked for
     * @param key of the certificate, PKCS #8
     */
    public record Credentials(String bundle, String certificate, String key) {

        /** Without the key. */
        @Override
        public String toString() {
            return "Credentials[" + bundle.length() + " characters of authorities]";
        }
    }

    private Authority(
            KubernetesClient client,
            String namespace,
            List<String> names,
            InstantSource clock,
            Consumer<Credentials> taker) {
        this.client = client;
        this.namespace = namespace;
        this.names = List.copyOf(names);
        this.clock = clock;
        this.taker = taker;
        this.secrets = client.secrets()
                .inNamespace(namespace)
                .withName(NAME)
                .runnableInformer(0)
                .exceptionHandler((started, e) -> retry(e));
        secrets.addEventHandler(new Changes<>(secret -> look()));
    }

    /**
     * Starts; returns at once.
     *
     * @param client stays its owner's to close
     * @param namespace of the Secret
     * @param names DNS names and addresses of the certificate
     * @param taker is given credentials as soon as there are any, and again whenever any part of them changes
     */
    public static Authority start(
            KubernetesClient client,
            String namespace,
            List<String> names,
            InstantSource clock,
            Consumer<Credentials> taker) {
        Authority authority = new Authority(client, namespace, names, clock, taker);
        authority.secrets.start().thenRun(authority::look);
        authority.thread.scheduleWithFixedDelay(authority::guardedStep, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return authority;
    }

    /** The names by which pods reach a Service. */
    public static List<String> namesOf(String service, String namespace) {
        String qualified = service + "." + namespace;
        return List.of(service, qualified, qualified + ".svc", qualified + ".svc.cluster.local");
    }

    /** Looks now, not only when the Secret changes or a minute has passed. */
    void look() {
        try {
            thread.execute(this::guardedStep);
        } catch (RejectedExecutionException closed) {
            // nobody waits for it any more
        }
    }

    private boolean retry(Throwable failure) {
        tell("cannot be watched: " + Threads.line(failure));
        return true;
    }

    private void guardedStep() {
        try {
            step();
        } catch (KubernetesClientException e) {
            tell(Threads.line(e));
        } catch (GeneralSecurityException | RuntimeException e) {
            LOG.log(Level.ERROR, "authority", e);
        }
    }

    private void step() throws GeneralSecurityException {
        if (!secrets.hasSynced()) {
            return;
        }
        Instant now = clock.instant();
        try {
            Secret secret = secrets.getStore().list().stream().findFirst().orElse(null);
            keep(secret == null ? create(now) : secret, now);
        } catch (KubernetesClientException e) {
            if (Threads.isConflict(e)) {
                return; // somebody else did it; the watch will say what
            }
            throw e;
        }
        Trust current = trust;
        if (current != null) {
            give(current, now);
        }
    }

    private Secret create(Instant now) throws GeneralSecurityException {
        Secret made = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(NAME)
                .addToLabels("app.kubernetes.io/managed-by", "torii")
                .endMetadata()
                .build();
        Secret created = client.resource(Trust.fresh(now).into(made)).create();
        LOG.log(Level.INFO, what() + ": a new certificate authority");
        return created;
    }

    /** Takes what the Secret holds and makes it what it should be by now. */
    private void keep(Secret secret, Instant now) throws GeneralSecurityException {
        Trust read;
        try {
            read = Trust.read(secret);
        } catch (Trust.Broken e) {
            tell(e.getMessage() + "; it is left as it is: put it right, or delete it to have a new authority made");
            return;
        }
        Trust due = read.at(now);
        if (due != read) {
            client.resource(due.into(secret)).update();
            LOG.log(Level.INFO, what() + ": rotated, signs now: " + due.signer());
        }
        trust = due;
        trouble = "";
    }

    private void give(Trust current, Instant now) throws GeneralSecurityException {
        Issuer served = leaf;
        if (served == null || !served.isGoodFor(current.signer(), now)) {
            served = current.signer().leaf(names, now);
            leaf = served;
        }
        Credentials credentials =
                new Credentials(current.bundle(), Pem.of(List.of(served.certificate())), Pem.of(served.key()));
        if (!credentials.equals(given)) {
            taker.accept(credentials);
            given = credentials;
        }
    }

    private String what() {
        return "Secret " + namespace + "/" + NAME;
    }

    /** Once, until it is well again or something else is wrong. */
    private void tell(String what) {
        if (!what.equals(trouble) && !thread.isShutdown()) {
            LOG.log(Level.WARNING, what() + ": " + what);
        }
        trouble = what;
    }

    /** Ends; what was given stays with its taker. */
    @Override
    public void close() {
        thread.shutdown();
        secrets.stop();
        Threads.await(thread, LAST_WORK);
    }
}
