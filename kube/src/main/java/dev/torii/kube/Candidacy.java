package dev.torii.kube;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One candidate's view of the Lease, without threads: each {@link #attempt} takes it, renews it or looks at it.
 *
 * <p>No two clocks are compared. That somebody else's Lease has run out is known by having seen it unchanged, by our own
 * clock, for as long as it says it lasts; what it says of times is for people.
 */
final class Candidacy {

    private final KubernetesClient client;
    private final Election.Seat seat;
    private final Election.Timing timing;
    private final LongSupplier nanos;
    private final InstantSource wall;

    /** As the API server has it, when we wrote it last; null when it is somebody else's for all we know. */
    private @Nullable Lease mine;

    private volatile Reign reign = new Reign(0, false);
    private volatile Optional<String> holder = Optional.empty();
    private String seen = "";
    private long seenAt;

    /** Until when we lead, by {@link #nanos}, which may be negative and may overflow. */
    private record Reign(long end, boolean held) {}

    Candidacy(
            KubernetesClient client,
            Election.Seat seat,
            Election.Timing timing,
            LongSupplier nanos,
            InstantSource wall) {
        this.client = client;
        this.seat = seat;
        this.timing = timing;
        this.nanos = nanos;
        this.wall = wall;
    }

    /** On any thread. */
    boolean leads() {
        return leadsFor() > 0;
    }

    /** Nanoseconds that are left unless it is renewed; 0 or less when it does not lead. */
    long leadsFor() {
        Reign now = reign;
        return now.held ? now.end - nanos.getAsLong() : 0;
    }

    Optional<String> holder() {
        return holder;
    }

    /** On one thread at a time; blocks for as long as the API server takes. */
    void attempt() {
        long began = nanos.getAsLong();
        Lease last = mine;
        if (last != null && written(() -> client.resource(renewed(last)).update(), began)) {
            return;
        }
        mine = null;
        Lease found = client.leases()
                .inNamespace(seat.namespace())
                .withName(seat.lease())
                .get();
        if (found == null) {
            written(() -> client.resource(taken(null)).create(), began);
        } else if (seat.identity().equals(found.getSpec().getHolderIdentity())) {
            written(() -> client.resource(renewed(found)).update(), began);
        } else if (isOver(found)) {
            written(() -> client.resource(taken(found)).update(), began);
        } else {
            reign = new Reign(0, false);
            holder = Optional.of(found.getSpec().getHolderIdentity());
        }
    }

    private interface Write {
        Lease lease();
    }

    /** False when somebody else was faster. We lead from when we began, as others may have seen it from then on. */
    private boolean written(Write write, long began) {
        try {
            mine = write.lease();
        } catch (KubernetesClientException e) {
            if (Threads.isConflict(e)) {
                reign = new Reign(0, false);
                return false;
            }
            throw e;
        }
        reign = new Reign(began + timing.deadline().toNanos(), true);
        holder = Optional.of(seat.identity());
        return true;
    }

    private boolean isOver(Lease lease) {
        String version = lease.getMetadata().getResourceVersion();
        if (!seen.equals(version)) {
            seen = version;
            seenAt = nanos.getAsLong();
        }
        String other = lease.getSpec().getHolderIdentity();
        Integer seconds = lease.getSpec().getLeaseDurationSeconds();
        long lasts = seconds == null ? timing.lease().toNanos() : seconds * 1_000_000_000L;
        return other == null || other.isEmpty() || nanos.getAsLong() - seenAt >= lasts;
    }

    private Lease taken(@Nullable Lease from) {
        Integer transitions = from == null ? null : from.getSpec().getLeaseTransitions();
        LeaseBuilder lease = from == null ? new LeaseBuilder() : new LeaseBuilder(from);
        return lease.editOrNewMetadata()
                .withNamespace(seat.namespace())
                .withName(seat.lease())
                .endMetadata()
                .editOrNewSpec()
                .withHolderIdentity(seat.identity())
                .withLeaseDurationSeconds((int) timing.lease().toSeconds())
                .withAcquireTime(now())
                .withRenewTime(now())
                .withLeaseTransitions(from == null ? 0 : transitions == null ? 1 : transitions + 1)
                .endSpec()
                .build();
    }

    private Lease renewed(Lease lease) {
        return new LeaseBuilder(lease)
                .editSpec()
                .withLeaseDurationSeconds((int) timing.lease().toSeconds())
                .withRenewTime(now())
                .endSpec()
                .build();
    }

    /** The API's own precision. */
    private ZonedDateTime now() {
        Instant now = wall.instant().truncatedTo(ChronoUnit.MICROS);
        return now.atZone(ZoneOffset.UTC);
    }

    /** Leads no more, which others do not know yet. */
    void stepDown() {
        reign = new Reign(0, false);
    }

    /** Lets others know, so that they need not wait until the Lease has run out. */
    void release() {
        Lease last = mine;
        mine = null;
        if (last != null) {
            client.resource(new LeaseBuilder(last)
                            .editSpec()
                            .withHolderIdentity("")
                            .withLeaseDurationSeconds(1)
                            .withRenewTime(now())
                            .endSpec()
                            .build())
                    .update();
        }
    }
}
