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

    private Places() {}

    /** A place as the app named it. */
    public static Cluster of(String host, int port) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return cluster(new Endpoint(bare, port));
    }

    /** A port of the app in this pod. */
    public static Cluster ofApp(int port) {
        return cluster(new Endpoint("127.0.0.1", port));
    }

    private static Cluster cluster(Endpoint endpoint) {
        return new Cluster(
                PREFIX + endpoint,
                "",
                Cluster.Protocol.AUTO,
                List.of(endpoint),
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                null,
                null);
    }

    static boolean isPlace(String key) {
        return key.startsWith(PREFIX);
    }
}
