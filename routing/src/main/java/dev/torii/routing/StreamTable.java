package dev.torii.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Picks the TLSRoute or TCPRoute of a connection by its server name. Immutable; safe on any thread. */
public final class StreamTable {

    private static final Comparator<StreamRoute> OLDEST_FIRST = Comparator.comparingLong(
                    (StreamRoute r) -> r.route().createdEpochSecond())
            .thenComparing(r -> r.route().path());

    // after the order that its constructor sorts by
    public static final StreamTable EMPTY = new StreamTable(List.of());

    private final List<StreamRoute> routes;
    private final Map<String, StreamRoute> exact = new HashMap<>();
    private final List<Map.Entry<HostPattern, StreamRoute>> patterns = new ArrayList<>();

    private StreamTable(List<StreamRoute> routes) {
        this.routes = routes.stream().sorted(OLDEST_FIRST).toList();
        for (StreamRoute route : this.routes) {
            for (HostPattern name : route.serverNames()) {
                if (name.isExact()) {
                    exact.putIfAbsent(name.value(), route);
                } else {
                    patterns.add(Map.entry(name, route));
                }
            }
        }
        patterns.sort(Map.Entry.comparingByKey());
    }

    /** Builds a table; of routes for the same name the oldest is served, then the first by {@code namespace/name}. */
    public static StreamTable of(List<StreamRoute> routes) {
        return routes.isEmpty() ? EMPTY : new StreamTable(routes);
    }

    /**
     * The route of a connection, or null when none takes it.
     *
     * @param serverName lower case; {@code ""} when the client sent none or the listener is TCP
     */
    public @Nullable StreamRoute find(String serverName) {
        StreamRoute route = exact.get(serverName);
        if (route != null) {
            return route;
        }
        for (int i = 0; i < patterns.size(); i++) {
            Map.Entry<HostPattern, StreamRoute> entry = patterns.get(i);
            if (entry.getKey().matches(serverName)) {
                return entry.getValue();
            }
        }
        return null;
    }

    /** All routes, oldest first. */
    public List<StreamRoute> routes() {
        return routes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StreamTable that && routes.equals(that.routes);
    }

    @Override
    public int hashCode() {
        return routes.hashCode();
    }
}
