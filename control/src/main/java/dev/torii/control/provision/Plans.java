package dev.torii.control.provision;

import dev.torii.config.compile.GatewayParameters;
import dev.torii.config.compile.Review;
import dev.torii.config.compile.Status;
import dev.torii.config.compile.Status.Condition;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.ListenerSet;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ResourceSet;
import dev.torii.control.identity.Names;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Works out of all resources what has to be made for whom. Pure. */
final class Plans {

    /** The key of the plan for all Gateways that share proxies. */
    static final ObjectKey SHARED = new ObjectKey("GatewayClass", "", Names.SHARED);

    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final String CLASS_NAME = "gateway.networking.k8s.io/gateway-class-name";

    private final ResourceSet resources;
    private final Review review;
    private final ProvisionSettings settings;
    private final Map<ObjectKey, SortedSet<Integer>> ports = new HashMap<>();

    private Plans(ResourceSet resources, Review review, ProvisionSettings settings) {
        this.resources = resources;
        this.review = review;
        this.settings = settings;
    }

    /**
     * By Gateway, and by {@link #SHARED}. Without a plan, and so left as it is, is what cannot be judged now: a Gateway whose
     * class is gone or whose parameters cannot be used.
     */
    static Map<ObjectKey, Plan> of(ResourceSet resources, Review review, ProvisionSettings settings) {
        return new Plans(resources, review, settings).build();
    }

    private Map<ObjectKey, Plan> build() {
        collectPorts();
        Map<ObjectKey, Plan> plans = new HashMap<>();
        List<Gateway> sharing = new ArrayList<>();
        boolean allKnown = true;
        for (Gateway gateway : resources.all(Gateway.class)) {
            ObjectKey key = ObjectKey.of(gateway);
            GatewayParameters parameters = review.gateways().get(key);
            GatewayClass its = resources.find(GatewayClass.class, "", gateway.className());
            if (its != null && !its.isOurs()) {
                plans.put(key, own(gateway, GatewayParameters.DEFAULT, false));
            } else if (parameters != null && parameters.shared()) {
                plans.put(key, own(gateway, parameters, false));
                sharing.add(gateway);
            } else if (parameters != null) {
                plans.put(key, own(gateway, parameters, true));
            } else {
                allKnown = false;
            }
        }
        if (allKnown) {
            plans.put(SHARED, shared(sharing));
        }
        return plans;
    }

    private Plan own(Gateway gateway, GatewayParameters parameters, boolean wanted) {
        Map<String, String> labels = new HashMap<>(gateway.infrastructure().labels());
        labels.putAll(Map.of(GATEWAY_NAME, Names.label(gateway.name()), CLASS_NAME, Names.label(gateway.className())));
        return new Plan(
                List.of(ObjectKey.of(gateway)),
                gateway.namespace(),
                Names.of(gateway.name()),
                gateway.path(),
                wanted,
                parameters,
                labels,
                gateway.infrastructure().annotations(),
                ports(List.of(gateway)),
                gateway.addresses().stream()
                        .map(Gateway.Address::value)
                        .filter(each -> !each.isEmpty())
                        .toList());
    }

    /** Whose parameters count is settled by the classes' names: all should say the same. */
    private Plan shared(List<Gateway> sharing) {
        Set<ObjectKey> classes = new LinkedHashSet<>();
        sharing.stream()
                .map(Gateway::className)
                .sorted()
                .forEach(each -> classes.add(new ObjectKey("GatewayClass", "", each)));
        GatewayParameters parameters = sharing.stream()
                .filter(each ->
                        each.className().equals(classes.iterator().next().name()))
                .map(each -> review.gateways().getOrDefault(ObjectKey.of(each), GatewayParameters.DEFAULT))
                .findFirst()
                .orElse(GatewayParameters.DEFAULT);
        return new Plan(
                List.copyOf(classes),
                settings.namespace(),
                Names.SHARED,
                "",
                !sharing.isEmpty(),
                parameters,
                Map.of(GATEWAY_NAME, Names.SHARED),
                Map.of(),
                ports(sharing),
                List.of());
    }

    private SortedSet<Integer> ports(List<Gateway> gateways) {
        SortedSet<Integer> all = new TreeSet<>();
        gateways.forEach(each -> all.addAll(ports.getOrDefault(ObjectKey.of(each), Collections.emptySortedSet())));
        return Collections.unmodifiableSortedSet(all);
    }

    /** Of listeners that are accepted; whether a certificate is there at the moment is another matter. */
    private void collectPorts() {
        Set<ObjectKey> refused = new HashSet<>();
        Map<ObjectKey, Set<String>> accepted = new HashMap<>();
        for (Status status : review.statuses()) {
            Condition condition = status.condition("Accepted");
            boolean holds = condition != null && condition.holds();
            if (status.listener() != null && holds) {
                accepted.computeIfAbsent(status.object(), any -> new HashSet<>())
                        .add(status.listener());
            } else if (status.listener() == null && status.kind().equals("ListenerSet") && !holds) {
                refused.add(status.object());
            }
        }
        for (Gateway gateway : resources.all(Gateway.class)) {
            add(ObjectKey.of(gateway), gateway.listeners(), accepted.get(ObjectKey.of(gateway)));
        }
        for (ListenerSet set : resources.all(ListenerSet.class)) {
            ObjectKey key = ObjectKey.of(set);
            if (!refused.contains(key)) {
                ObjectKey gateway = new ObjectKey(
                        "Gateway", set.gateway().namespace(), set.gateway().name());
                add(gateway, set.listeners(), accepted.get(key));
            }
        }
    }

    private void add(ObjectKey gateway, List<Gateway.Listener> listeners, @Nullable Set<String> accepted) {
        for (Gateway.Listener each : listeners) {
            if (accepted != null && accepted.contains(each.name())) {
                ports.computeIfAbsent(gateway, any -> new TreeSet<>()).add(each.port());
            }
        }
    }
}
