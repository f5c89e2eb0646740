package dev.torii.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one sidecar serves: outbound, the Services its app may call; inbound, the app's own ports. Immutable; safe on any
 * thread.
 */
public final class Mesh {

    /** Of a gateway, which has neither. */
    public static final Mesh NONE = new Mesh("", List.of(), List.of());

    private static final String SERVICE_DOMAIN = ".svc";
    private static final String CLUSTER_DOMAIN = ".svc.cluster.local";

    private final String namespace;
    private final List<Destination> destinations;
    private final List<InboundPort> inbound;
    /** By address, by {@code name.namespace}, and by {@code name} for those of the app's own namespace. */
    private final Map<String, List<Destination>> byHost = new HashMap<>();

    private Mesh(String namespace, List<Destination> destinations, List<InboundPort> inbound) {
        this.namespace = namespace;
        this.destinations = List.copyOf(destinations);
        this.inbound = List.copyOf(inbound);
        Map<String, List<Destination>> services = new LinkedHashMap<>();
        for (Destination each : this.destinations) {
            services.computeIfAbsent(each.service(), service -> new ArrayList<>(1))
                    .add(each);
        }
        services.values().forEach(ports -> index(List.copyOf(ports)));
    }

    private void index(List<Destination> ports) {
        Destination any = ports.get(0);
        byHost.put(any.name() + "." + any.namespace(), ports);
        if (any.namespace().equals(namespace)) {
            byHost.put(any.name(), ports);
        }
        any.addresses().forEach(address -> byHost.putIfAbsent(address, ports));
    }

    /**
     * Makes one.
     *
     * @param namespace of the app, in which names without one are looked up
     * @param destinations all ports of a Service with the same addresses; of two Services with one address the first
     *     has it
     */
    public static Mesh of(String namespace, List<Destination> destinations, List<InboundPort> inbound) {
        return new Mesh(namespace, destinations, inbound);
    }

    /**
     * What owns a place that the app calls, or null when no Service does: a pod's address, an outside one, or a port
     * that the Service does not have. Allocates nothing for addresses and names in the form they are kept in.
     *
     * @param host an IP address or a name as an app in the pod may write it: {@code reviews} (of its own namespace),
     *     {@code reviews.shop}, {@code reviews.shop.svc}, {@code reviews.shop.svc.cluster.local}, in any case, with or
     *     without a dot at the end; IPv6 with or without brackets
     */
    public @Nullable Destination destination(String host, int port) {
        List<Destination> ports = byHost.get(host);
        if (ports == null) {
            ports = byHost.get(key(host));
        }
        for (int i = 0; ports != null && i < ports.size(); i++) {
            if (ports.get(i).port() == port) {
                return ports.get(i);
            }
        }
        return null;
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

    /** By namespace, name and port. */
    public List<Destination> destinations() {
        return destinations;
    }

    public List<InboundPort> inbound() {
        return inbound;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Mesh that
                && namespace.equals(that.namespace)
                && destinations.equals(that.destinations)
                && inbound.equals(that.inbound);
    }

    @Override
    public int hashCode() {
        return Objects.hash(namespace, destinations, inbound);
    }
}
