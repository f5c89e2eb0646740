package dev.torii.proxy.upstream;

import dev.torii.routing.LoadBalancing.Algorithm;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The ways to choose an endpoint. One event loop's own: its counters see this loop's requests only, which is enough,
 * since connections are spread over the loops at random.
 */
abstract class Balancer {

    /** Never called with an empty list; the list is the one that the balancer was made for. */
    abstract EndpointState pick(List<EndpointState> endpoints, long hash, List<EndpointState> tried);

    static Balancer of(Algorithm algorithm, List<EndpointState> endpoints) {
        return switch (algorithm) {
            case ROUND_ROBIN -> new RoundRobin();
            case LEAST_REQUEST -> new LeastRequest();
            case RANDOM -> new Random();
            case CONSISTENT_HASH -> new HashRing(endpoints);
        };
    }

    /**
     * The fittest endpoint, the first of these from {@code start} on, walking round. In this order: one whose breaker would
     * let it, one that is not left out, one that was not tried, one that need not be avoided. So when all are left out all
     * are used.
     */
    static EndpointState acceptable(List<EndpointState> endpoints, int start, List<EndpointState> tried) {
        int size = endpoints.size();
        if (size == 1) {
            return endpoints.get(0);
        }
        long now = System.nanoTime();
        EndpointState best = endpoints.get(start % size);
        int bestRank = Integer.MAX_VALUE;
        for (int i = 0; i < size && bestRank > 0; i++) {
            EndpointState candidate = endpoints.get((start + i) % size);
            int rank = candidate.rank() + (tried.contains(candidate) ? 2 : 0) + (candidate.isAvoided(now) ? 1 : 0);
            if (rank < bestRank) {
                best = candidate;
                bestRank = rank;
            }
        }
        return best;
    }

    private static final class RoundRobin extends Balancer {
        private int next = ThreadLocalRandom.current().nextInt(1 << 16);

        @Override
        EndpointState pick(List<EndpointState> endpoints, long hash, List<EndpointState> tried) {
            next = (next + 1) & Integer.MAX_VALUE;
            return acceptable(endpoints, next % endpoints.size(), tried);
        }
    }

    private static final class Random extends Balancer {
        @Override
        EndpointState pick(List<EndpointState> endpoints, long hash, List<EndpointState> tried) {
            return acceptable(endpoints, ThreadLocalRandom.current().nextInt(endpoints.size()), tried);
        }
    }

    /** Fewest requests in flight among two drawn at random: as good as a full scan and blind to size. */
    private static final class LeastRequest extends Balancer {
        @Override
        EndpointState pick(List<EndpointState> endpoints, long hash, List<EndpointState> tried) {
            int size = endpoints.size();
            if (size == 1) {
                return endpoints.get(0);
            }
            ThreadLocalRandom random = ThreadLocalRandom.current();
            int first = random.nextInt(size);
            EndpointState a = acceptable(endpoints, first, tried);
            EndpointState b = acceptable(endpoints, first + 1 + random.nextInt(size - 1), tried);
            return b.inFlight() < a.inFlight() ? b : a;
        }
    }

    /** A ring of points (Karger et al.): when an endpoint comes or goes, only its share of the keys moves. */
    private static final class HashRing extends Balancer {
        private static final int POINTS = 128;
        private final long[] points;
        private final int[] owners;

        HashRing(List<EndpointState> endpoints) {
            record Point(long hash, int owner) {}
            List<Point> ring = new java.util.ArrayList<>();
            for (int i = 0; i < endpoints.size(); i++) {
                long seed = Hashing.hash(endpoints.get(i).name());
                for (int p = 0; p < POINTS; p++) {
                    ring.add(new Point(Hashing.mix(seed + p * 0x9e3779b97f4a7c15L), i));
                }
            }
            ring.sort(java.util.Comparator.comparingLong(Point::hash));
            points = ring.stream().mapToLong(Point::hash).toArray();
            owners = ring.stream().mapToInt(Point::owner).toArray();
        }

        @Override
        EndpointState pick(List<EndpointState> endpoints, long hash, List<EndpointState> tried) {
            int at = java.util.Arrays.binarySearch(points, hash);
            int owner = owners[(at >= 0 ? at : -at - 1) % owners.length];
            return acceptable(endpoints, owner, tried);
        }
    }
}
