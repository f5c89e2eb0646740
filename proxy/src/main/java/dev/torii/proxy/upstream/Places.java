package dev.torii.proxy.upstream;

import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import java.util.List;

/**
 * Clusters of one endpoint that no configuration knows: what an app calls outside the mesh, and ports of the app that
 * nobody declared. {@link Upstreams} forgets them when they are not in use.
 */
public final class Places {

    private static final String PREFIX = "place:";
    private static final String POD_PREFIX = PREFIX + "pod:";

    /** Where connections to the app come from, so that the rules of {@code torii capture} let them through. */
    private static final String IPV4_SOURCE = "127.0.0.6";

    private static final String IPV6_SOURCE = "::6";

    private Places() {}

    /** A place as the app named it. */
    public static Cluster of(String host, int port) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return cluster(PREFIX, new Endpoint(bare, port));
    }

    /**
     * A port of this pod that nobody declared, at the address that the caller meant. Not on loopback: what the app serves
     * only to itself stays its own.
     *
     * @param original an IP address of the pod, in canonical form
     */
    public static Cluster inPod(Endpoint original) {
        return cluster(POD_PREFIX, original);
    }

    private static Cluster cluster(String prefix, Endpoint endpoint) {
        return new Cluster(
                prefix + endpoint,
                "",
                Cluster.Protocol.AS_CLIENT,
                List.of(endpoint),
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                null,
                null);
    }

    static boolean isPlace(String key) {
        return key.startsWith(PREFIX);
    }

    /** The address that connections to a cluster's endpoint have to come from; {@code ""} for any. */
    static String source(Cluster cluster, Endpoint endpoint) {
        if (!cluster.key().startsWith(POD_PREFIX)) {
            return "";
        }
        return endpoint.host().indexOf(':') >= 0 ? IPV6_SOURCE : IPV4_SOURCE;
    }
}
