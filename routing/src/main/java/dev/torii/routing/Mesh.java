package dev.torii.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one sidecar serves: outbound, the Services its app may call; inbound, the app's own ports. Immutable but for what it
 * remembers: what a Service offers is taken from the {@link Directory} with the first call and kept, so that memory
 * grows with what is called and not with the mesh. Safe on any thread.
 */
public final class Mesh {

    /** Of a gateway, which has neither. */
    public static final Mesh NONE = new Mesh("", new FixedDirectory(List.of()), List.of(), List.of());

    private static final String SERVICE_DOMAIN = ".svc";
    private static final String CLUSTER_DOMAIN = ".svc.cluster.local";

    private final String namespace;
    private final Directory directory;
    private final List<InboundPort> inbound;
    /** By {@code namespace/name}. */
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    /** Of those that are known, by address or name as they were asked for. */
    private final Map<String, Known> byHost = new ConcurrentHashMap<>();

    /** A Service that has been called. */
    private static final class Known {

        final Directory.Entry entry;
        /** Since somebody last wanted to know. */
        volatile boolean called;

        Known(Directory.Entry entry) {
            this.entry = entry;
        }

        /** Written only when it makes a difference: event loops share it. */
        List<Destination> called() {
            if (!called) {
                called = true;
            }
            return entry.ports();
        }
    }

    private Mesh(String namespace, Directory directory, Collection<Directory.Entry> known, List<InboundPort> inbound) {
        this.namespace = namespace;
        this.directory = directory;
        this.inbound = List.copyOf(inbound);
        known.forEach(this::keep);
    }

    /**
     * Makes one of destinations that are all known.
     *
     * @param namespace of the app, in which names without one are looked up
     * @param destinations all ports of a Service with the same addresses; of two Services with one address the first
     *     has it
     */
    public static Mesh of(String namespace, List<Destination> destinations, List<InboundPort> inbound) {
        Directory directory = new FixedDirectory(destinations);
        return new Mesh(namespace, directory, directory.all().toList(), inbound);
    }

    /**
     * Makes one of Services that become known when they are called.
     *
     * @param namespace of the app, in which names without one are looked up
     */
    public static Mesh of(String namespace, Directory directory, List<InboundPort> inbound) {
        return new Mesh(namespace, directory, List.of(), inbound);
    }

    /**
     * What owns a place that the app calls, or null when no Service does: a pod's address, an outside one, or a port
     * that the Service does not have. Allocates nothing for addresses and names that were asked for before.
     *
     * @param host an IP address or a name as an app in the pod may write it: {@code reviews} (of its own namespace),
     *     {@code reviews.shop}, {@code reviews.shop.svc}, {@code reviews.shop.svc.cluster.local}, in any case, with or
     *     without a dot at the end; IPv6 with or without brackets
     */
    public @Nullable Destination destination(String host, int port) {
        Known service = byHost.get(host);
        if (service == null) {
            service = service(key(host));
        }
        List<Destination> ports = service == null ? null : service.called();
        for (int i = 0; ports != null && i < ports.size(); i++) {
            if (ports.get(i).port() == port) {
                return ports.get(i);
            }
        }
        return null;
    }

    /**
     * What to ask for when a place is not known: a canonical IP address, or {@code service.namespace}.
     *
     * @return null when nobody can tell more: a Service has that address or name, though perhaps not that port, or no
     *     Service can have it
     */
    public @Nullable String unknown(String host) {
        String key = key(host);
        if (service(key) != null || key.isEmpty()) {
            return null;
        }
        if (key.indexOf(':') >= 0 || isIpv4(key)) {
            return key;
        }
        int dot = key.indexOf('.');
        if (dot < 0) {
            return namespace.isEmpty() ? null : key + "." + namespace;
        }
        return dot == 0 || key.indexOf('.', dot + 1) >= 0 ? null : key;
    }

    private static boolean isIpv4(String key) {
        return key.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
    }

    /** A Service by a key, of which there are a few for each: what strangers ask for is not remembered. */
    private @Nullable Known service(String key) {
        Known service = byHost.get(key);
        if (service != null) {
            return service;
        }
        Known found = find(key);
        if (found != null) {
            byHost.put(key, found);
        }
        return found;
    }

    private @Nullable Known find(String key) {
        Directory.Entry atAddress = directory.at(key);
        if (atAddress != null) {
            return keep(atAddress);
        }
        int dot = key.lastIndexOf('.');
        Known elsewhere = dot <= 0 ? null : named(key.substring(dot + 1), key.substring(0, dot));
        return elsewhere != null || namespace.isEmpty() ? elsewhere : named(namespace, key);
    }

    private @Nullable Known named(String namespace, String name) {
        Known service = known.get(namespace + "/" + name);
        return service != null ? service : keep(directory.named(namespace, name));
    }

    /** The first that was made stays: there is one of each rule, whoever asks. */
    private @Nullable Known keep(Directory.@Nullable Entry made) {
        return made == null ? null : known.computeIfAbsent(made.service(), name -> new Known(made));
    }

    /**
     * The Services that have been called since this was last asked: their names, as {@link #unknown} spells them, and their
     * addresses.
     *
     * @param busy those that count as called, {@code namespace/name}
     */
    public List<String> calledLately(Set<String> busy) {
        List<String> places = new ArrayList<>();
        for (Known each : known.values()) {
            if (each.called || busy.contains(each.entry.service())) {
                each.called = false;
                Destination port = each.entry.ports().get(0);
                places.add(port.name() + "." + port.namespace());
                places.addAll(port.addresses());
            }
        }
        return places;
    }

    /** The cluster of a Service with that key, or null; see {@link Snapshot#cluster}. */
    @Nullable
    Cluster cluster(String key) {
        int slash = key.indexOf('/');
        int colon = key.indexOf(':', slash + 1);
        if (slash < 0 || colon < 0) {
            return null;
        }
        Known service = named(key.substring(0, slash), key.substring(slash + 1, colon));
        return service == null ? null : service.entry.clusters().get(key);
    }

    private static String key(String host) {
        if (host.indexOf(':') >= 0) {
            return IpText.canonical(host);
        }
        String name = host.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        String shorter = without(CLUSTER_DOMAIN, without(SERVICE_DOMAIN, name));
        // "reviews.svc" is a Service of a namespace called svc
        return shorter.indexOf('.') > 0 ? shorter : name;
    }

    private static String without(String ending, String name) {
        return name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : name;
    }

    /** The app's port, or null when nothing is known of it. */
    public @Nullable InboundPort inbound(int port) {
        for (int i = 0; i < inbound.size(); i++) {
            if (inbound.get(i).port() == port) {
                return inbound.get(i);
            }
        }
        return null;
    }

    /** The app's namespace; {@code ""} for {@link #NONE}. */
    public String namespace() {
        return namespace;
    }

    /** All Services, each made for the occasion; for those who compare or count, not for the data path. */
    public Directory directory() {
        return directory;
    }

    /** The destinations of all Services, by namespace, name and port; see {@link #directory}. */
    public List<Destination> destinations() {
        return directory.all().flatMap(entry -> entry.ports().stream()).toList();
    }

    /** The Services that have been called, by namespace and name. */
    public List<Directory.Entry> known() {
        return known.values().stream()
                .map(each -> each.entry)
                .sorted(Comparator.comparing(Directory.Entry::service))
                .toList();
    }

    public List<InboundPort> inbound() {
        return inbound;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Mesh that
                && namespace.equals(that.namespace)
                && destinations().equals(that.destinations())
                && inbound.equals(that.inbound);
    }

    @Override
    public int hashCode() {
        return Objects.hash(namespace, destinations(), inbound);
    }
}
