package dev.torii.injector;

import dev.torii.kube.Authority;
import dev.torii.kube.CaBundle;
import dev.torii.kube.Election;
import dev.torii.kube.OwnPod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The webhook as it runs in a cluster: its certificate comes from the cluster's {@link Authority} and is renewed while it
 * serves, and one of its replicas sees to it that the API server trusts them all ({@link CaBundle}). It listens, and so is
 * ready, once it has a certificate.
 *
 * <p>Threads: methods may be called on any; none blocks.
 */
public final class ClusterInjector {

    /** Of the Service, the Lease and the MutatingWebhookConfiguration. */
    public static final String NAME = "torii-injector";

    private static final Logger LOG = System.getLogger(ClusterInjector.class.getName());
    private static final long LONGEST_START_SECONDS = 30;

    private final Options options;
    private final KubernetesClient client;
    private final Promise<Void> serving = Promise.promise();
    private final Promise<Void> stopped = Promise.promise();

    /** Ends what speaks to the cluster; complete when all of it has been started. */
    private final CompletableFuture<Runnable> leave = new CompletableFuture<>();

    /** Written on the authority's thread only. */
    private volatile @Nullable Webhook webhook;

    private volatile String bundle = "";

    private volatile @Nullable Election election;

    /** While this replica leads. */
    private volatile @Nullable CaBundle caBundle;

    /**
     * @param port 0 for any free one
     * @param pod whose namespace holds what belongs to the injector
     * @param clock by which certificates run out
     */
    public record Options(String host, int port, OwnPod pod, InjectorSettings settings, InstantSource clock) {}

    private ClusterInjector(KubernetesClient client, Options options) {
        this.client = client;
        this.options = options;
    }

    /**
     * Starts; returns at once.
     *
     * @param client is closed with it
     */
    public static ClusterInjector start(KubernetesClient client, Options options) {
        ClusterInjector injector = new ClusterInjector(client, options);
        String namespace = options.pod().namespace();
        Election election = Election.start(
                client,
                new Election.Seat(namespace, NAME, options.pod().identity(options.port())),
                Election.Timing.USUAL,
                injector::lead,
                injector::leadNoMore);
        injector.election = election;
        List<String> names = new ArrayList<>(Authority.namesOf(NAME, namespace));
        names.add(options.host());
        Authority authority = Authority.start(client, namespace, names, options.clock(), injector::certified);
        injector.leave.complete(() -> {
            election.close();
            authority.close();
            client.close();
        });
        return injector;
    }

    private void certified(Authority.Credentials credentials) {
        Webhook served = webhook;
        var own = new Webhook.Credentials.Text(credentials.certificate(), credentials.key());
        if (served == null) {
            begin(own);
        } else {
            served.serve(own)
                    .onFailure(e -> LOG.log(Level.ERROR, "the new certificate is not served: " + e.getMessage()));
        }
        bundle = credentials.bundle();
        CaBundle kept = caBundle;
        if (kept != null) {
            kept.offer(bundle);
        }
    }

    /** Blocks the authority's thread, which has nothing else to give meanwhile. */
    private void begin(Webhook.Credentials own) {
        try {
            webhook = Webhook.start(new Webhook.Options(options.host(), options.port(), own, options.settings()))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LONGEST_START_SECONDS, TimeUnit.SECONDS);
            serving.tryComplete();
        } catch (ExecutionException e) {
            fail(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            fail(new IllegalStateException("the webhook does not start"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(Throwable cause) {
        stopped.tryFail(cause);
        close();
    }

    private void lead() {
        CaBundle kept = CaBundle.start(client, NAME, "", this::leads);
        caBundle = kept;
        // Only now: whoever comes with another meanwhile sees whom to offer it to.
        kept.offer(bundle);
    }

    private boolean leads() {
        Election running = election;
        return running != null && running.leads();
    }

    private void leadNoMore() {
        CaBundle kept = caBundle;
        caBundle = null;
        if (kept != null) {
            kept.close();
        }
    }

    /** Ends when it serves, which is when the cluster has given it a certificate. */
    public Future<Void> serving() {
        return serving.future();
    }

    /** Where it listens; 0 while it does not. */
    public int port() {
        Webhook served = webhook;
        return served == null ? 0 : served.port();
    }

    /** Takes no more connections, finishes what it has, lets another replica lead, ends. */
    public Future<Void> close() {
        Webhook served = webhook;
        Future<Void> quiet = served == null ? Future.succeededFuture() : served.close();
        // Waits for the API server, which no event loop may.
        quiet.onComplete(done -> new Thread(this::leave, "leaving the cluster").start());
        return stopped.future();
    }

    private void leave() {
        try {
            leave.join().run();
        } finally {
            stopped.tryComplete();
        }
    }

    /** Ends when it has been closed; fails with one line for people when it could not serve. */
    public Future<Void> stopped() {
        return stopped.future();
    }
}
