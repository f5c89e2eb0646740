package dev.torii.control;

import dev.torii.config.compile.Review;
import dev.torii.config.source.Catalog;
import dev.torii.control.identity.ClusterIdentities;
import dev.torii.kube.Authority;
import dev.torii.kube.Bundles;
import dev.torii.kube.Election;
import dev.torii.kube.OwnPod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What control is made of in a cluster. */
public final class InCluster {

    /** What all replicas together are called: their Service, Lease and ServiceAccount. */
    public static final String NAME = "torii-control";

    private InCluster() {}

    /**
     * The parts.
     *
     * @param client is closed when control ends
     * @param replica which of several this is
     * @param port where replicas reach each other
     * @param token file of what this one shows to the others
     * @param timing of their election
     * @param makers of the leader's work, besides telling all namespaces whom to trust
     */
    public static Control.Parts parts(
            KubernetesClient client,
            OwnPod replica,
            int port,
            Path token,
            Election.Timing timing,
            Feed feed,
            List<LeaderWork.Maker> makers) {
        AuthorityKeys keys = new AuthorityKeys(client, replica);
        ClusterIdentities identities = new ClusterIdentities(client, replica.namespace());
        List<LeaderWork.Maker> all = new ArrayList<>(makers);
        all.add((programmed, leads) -> keys.told(client, leads));
        return new Control.Parts(
                feed,
                identities,
                keys,
                new LeaseLeadership(client, replica, port, timing),
                () -> Files.readString(token).strip(),
                all,
                () -> {
                    identities.close();
                    client.close();
                });
    }

    /** The Lease, held by whoever can be reached at what it says. */
    private static final class LeaseLeadership implements Leadership {

        private final KubernetesClient client;
        private final Election.Seat seat;
        private final Election.Timing timing;
        private volatile @Nullable Election election;

        LeaseLeadership(KubernetesClient client, OwnPod replica, int port, Election.Timing timing) {
            this.client = client;
            this.seat = new Election.Seat(replica.namespace(), NAME, replica.identity(port));
            this.timing = timing;
        }

        @Override
        public void run(Runnable won, Runnable lost) {
            election = Election.start(client, seat, timing, won, lost);
        }

        @Override
        public boolean leads() {
            Election running = election;
            return running != null && running.leads();
        }

        @Override
        public Optional<String> address() {
            Election running = election;
            return running == null
                    ? Optional.empty()
                    : running.holder().map(identity -> identity.substring(identity.indexOf('@') + 1));
        }

        @Override
        public void close() {
            Election running = election;
            if (running != null) {
                running.close();
            }
        }
    }

    /** Certificates by the authority in the Secret, which the leader makes known to all namespaces. */
    private static final class AuthorityKeys implements Keys {

        private final KubernetesClient client;
        private final OwnPod replica;
        private volatile String bundle = "";
        private volatile @Nullable Authority authority;
        private volatile @Nullable Bundles telling;

        AuthorityKeys(KubernetesClient client, OwnPod replica) {
            this.client = client;
            this.replica = replica;
        }

        @Override
        public void follow(Consumer<Pair> taker) {
            List<String> names = new ArrayList<>(Authority.namesOf(NAME, replica.namespace()));
            names.add(replica.address().isEmpty() ? "localhost" : replica.address());
            authority = Authority.start(client, replica.namespace(), names, InstantSource.system(), credentials -> {
                bundle = credentials.bundle();
                Bundles now = telling;
                if (now != null) {
                    now.offer(credentials.bundle());
                }
                taker.accept(new Pair(credentials.certificate(), credentials.key(), credentials.bundle()));
            });
        }

        LeaderWork told(KubernetesClient cluster, BooleanSupplier leads) {
            Bundles begun = Bundles.start(cluster, bundle, leads);
            telling = begun;
            return new LeaderWork() {
                @Override
                public void catalog(Catalog catalog, Review review) {}

                @Override
                public void close() {
                    telling = null;
                    begun.close();
                }
            };
        }

        @Override
        public void close() {
            Authority running = authority;
            if (running != null) {
                running.close();
            }
        }
    }
}
