package dev.torii.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which of several replicas leads: the one that holds a Lease (coordination.k8s.io/v1).
 *
 * <p>A leader that cannot renew stops leading after {@link Timing#deadline}, while others wait for {@link Timing#lease} from
 * the last renewal that they saw: so there is a while without a leader, but none with two, as long as whoever leads asks
 * {@link #leads} before each thing that only a leader may do. That answer needs no thread to be on time.
 *
 * <p>Why not fabric8's {@code LeaderElector}: it releases the Lease before it says "stop", says so only when a request that
 * hangs has come back, and judges others' Leases by comparing two machines' clocks.
 *
 * <p>Threads: methods may be called on any. {@code onStart} and {@code onStop} are called in turn, on one thread of this
 * election's own; renewals go on meanwhile.
 */
public final class Election implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Election.class.getName());

    private final Seat seat;
    private final Timing timing;
    private final Candidacy candidacy;
    private final Runnable onStart;
    private final Runnable onStop;

    /** Asks the API server, which may take long. */
    private final ScheduledExecutorService calls;

    /** Says who leads, which must not. */
    private final ScheduledExecutorService decisions;

    /** On the decisions' thread. */
    private boolean leading;

    /** On the decisions' thread: a look at the moment when it would be over. */
    private @Nullable Future<?> end;

    /** On the calls' thread: what is wrong, told once. */
    private String trouble = "";

    /**
     * What is to be had, and who wants it.
     *
     * @param lease its name
     * @param identity of this process, {@code podname@host:port}, where the leader can be reached
     */
    public record Seat(String namespace, String lease, String identity) {}

    /**
     * @param lease how long others wait, in whole seconds
     * @param deadline how long a leader leads without having been able to renew; shorter than {@code lease}
     * @param retry how often it tries; shorter than {@code deadline}
     */
    public record Timing(Duration lease, Duration deadline, Duration retry) {

        /** As Kubernetes' own controllers do: 15 s, 10 s, 2 s. */
        public static final Timing USUAL = of(Duration.ofSeconds(15));

        /**
         * Of a Lease that lasts so long, the others in the usual relation to it.
         *
         * @throws IllegalArgumentException when that is not whole seconds, or none
         */
        public static Timing of(Duration lease) {
            if (!lease.equals(lease.truncatedTo(ChronoUnit.SECONDS))) {
                throw new IllegalArgumentException("a Lease lasts whole seconds");
            }
            return new Timing(
                    lease,
                    lease.multipliedBy(2).dividedBy(3),
                    lease.multipliedBy(2).dividedBy(15));
        }

        public Timing {
            if (lease.compareTo(deadline) <= 0
                    || deadline.compareTo(retry) <= 0
                    || retry.isZero()
                    || retry.isNegative()) {
                throw new IllegalArgumentException("an election's times must be lease > deadline > retry > 0");
            }
        }
    }

    private Election(Seat seat, Timing timing, Candidacy candidacy, Runnable onStart, Runnable onStop) {
        this.seat = seat;
        this.timing = timing;
        this.candidacy = candidacy;
        this.onStart = onStart;
        this.onStop = onStop;
        this.calls = Threads.daemon("election of " + seat.lease() + ", calls");
        this.decisions = Threads.daemon("election of " + seat.lease());
    }

    /**
     * Runs for it, until closed.
     *
     * @param client stays its owner's to close
     * @param onStart this process leads from now on
     * @param onStop it leads no more; called before somebody else may lead, unless {@code onStart} takes that long
     */
    public static Election start(KubernetesClient client, Seat seat, Timing timing, Runnable onStart, Runnable onStop) {
        Candidacy candidacy =
                new Candidacy(impatient(client, timing), seat, timing, System::nanoTime, InstantSource.system());
        Election election = new Election(seat, timing, candidacy, onStart, onStop);
        election.calls.execute(election::attempt);
        return election;
    }

    /** An answer that comes after the next attempt is of no use, nor are retries below our own. */
    private static KubernetesClient impatient(KubernetesClient client, Timing timing) {
        RequestConfig config = new RequestConfigBuilder(
                        client.getConfiguration().getRequestConfig())
                .withRequestTimeout((int) timing.retry().toMillis())
                .withRequestRetryBackoffLimit(0)
                .build();
        return client.newClient(config).adapt(KubernetesClient.class);
    }

    /** Whether this process leads at this moment. */
    public boolean leads() {
        return candidacy.leads();
    }

    /** Whoever held the Lease when it was last looked at; its identity says where it is reached. */
    public Optional<String> holder() {
        return candidacy.holder();
    }

    private void attempt() {
        try {
            candidacy.attempt();
            trouble = "";
        } catch (KubernetesClientException e) {
            String now = Threads.line(e);
            if (trouble.isEmpty() && !calls.isShutdown()) {
                LOG.log(Level.WARNING, "Lease " + seat.namespace() + "/" + seat.lease() + ": " + now);
            }
            trouble = now;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Lease " + seat.namespace() + "/" + seat.lease(), e);
        }
        try {
            decisions.execute(this::decide);
            calls.schedule(this::attempt, pause(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            // its last one
        }
    }

    /** A fifth more or less, so that replicas that started together do not ask together for ever. */
    private long pause() {
        long retry = timing.retry().toNanos();
        return retry - retry / 5 + ThreadLocalRandom.current().nextLong(retry * 2 / 5 + 1);
    }

    private void decide() {
        long left = candidacy.leadsFor();
        if (end != null) {
            end.cancel(false);
        }
        end = left > 0 ? decisions.schedule(this::decide, left + 1, TimeUnit.NANOSECONDS) : null;
        if (left > 0 != leading) {
            leading = !leading;
            LOG.log(Level.INFO, seat.identity() + (leading ? " leads: " : " leads no more: ") + seat.lease());
            try {
                (leading ? onStart : onStop).run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, leading ? "beginning to lead" : "ceasing to lead", e);
            }
        }
    }

    /** Stops leading, then lets others know. Blocks until {@code onStop} has returned, and for one request. */
    @Override
    public void close() {
        calls.shutdownNow();
        Threads.await(calls, timing.deadline());
        candidacy.stepDown();
        Threads.await(decisions.submit(this::decide), timing.lease());
        decisions.shutdownNow();
        try {
            candidacy.release();
        } catch (KubernetesClientException e) {
            LOG.log(Level.WARNING, seat.lease() + " not released, others will wait: " + Threads.line(e));
        }
    }
}
