package dev.torii.routing;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Services of a mesh, of which there may be thousands while one app calls a few: what callers find at a Service is
 * made when it is asked for, and kept by whoever asked. Making it takes well under a millisecond, waits for nothing, and
 * gives equal entries each time. Safe on any thread.
 */
public interface Directory {

    /**
     * One Service as its callers see it.
     *
     * @param ports never empty; all with the same namespace, name and addresses
     * @param clusters by key: where its own endpoints are. What its routes lead to besides is in {@link Snapshot#clusters}
     */
    record Entry(List<Destination> ports, Map<String, Cluster> clusters) {

        public Entry {
            ports = List.copyOf(ports);
            clusters = Map.copyOf(clusters);
        }

        /** {@code namespace/name}. */
        public String service() {
            return ports.get(0).service();
        }
    }

    /** The Service of that name, or null when there is none that can be called. */
    @Nullable
    Entry named(String namespace, String name);

    /**
     * The Service with that cluster IP, or null; of two the first by namespace and name.
     *
     * @param address in canonical form
     */
    @Nullable
    Entry at(String address);

    /** How many there are. */
    int size();

    /** All of them, by namespace and name, each made as the stream comes to it. */
    Stream<Entry> all();
}
