package dev.torii.config.resource;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All resources of one read. Immutable; order is by kind, namespace and name, so equal input gives an equal set whatever
 * files it came in.
 */
public final class ResourceSet {

    public static final ResourceSet EMPTY = new ResourceSet(List.of());

    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";
    private static final Comparator<Resource> ORDER = Comparator.comparing(Resource::kind)
            .thenComparing(Resource::namespace)
            .thenComparing(Resource::name);

    private record Key(Class<? extends Resource> type, String path) {}

    private final List<Resource> all;
    private final Map<Key, Resource> byName = new LinkedHashMap<>();
    private final Map<Class<? extends Resource>, List<Resource>> byType = new HashMap<>();
    private final Map<String, List<EndpointSlice>> slices = new HashMap<>();
    private final Map<String, List<ReferenceGrant>> grants = new HashMap<>();

    private ResourceSet(List<Resource> sorted) {
        for (Resource each : sorted) {
            if (byName.putIfAbsent(new Key(each.getClass(), each.path()), each) != null) {
                continue;
            }
            byType.computeIfAbsent(each.getClass(), type -> new ArrayList<>()).add(each);
            if (each instanceof EndpointSlice slice) {
                String service = slice.namespace() + "/" + slice.service();
                slices.computeIfAbsent(service, name -> new ArrayList<>()).add(slice);
            } else if (each instanceof ReferenceGrant grant) {
                grants.computeIfAbsent(grant.namespace(), name -> new ArrayList<>())
                        .add(grant);
            }
        }
        all = List.copyOf(byName.values());
    }

    /** Of several with the same kind, namespace and name the first given stays. */
    public static ResourceSet of(Collection<? extends Resource> resources) {
        List<Resource> sorted = new ArrayList<>(resources);
        sorted.sort(ORDER);
        return new ResourceSet(sorted);
    }

    public List<Resource> all() {
        return all;
    }

    /** All of a kind, by namespace and name. */
    public <T extends Resource> List<T> all(Class<T> type) {
        return byType.getOrDefault(type, List.of()).stream().map(type::cast).toList();
    }

    /** The one of that name, or null. */
    public <T extends Resource> @Nullable T find(Class<T> type, String namespace, String name) {
        Resource found = byName.get(new Key(type, namespace.isEmpty() ? name : namespace + "/" + name));
        return found == null ? null : type.cast(found);
    }

    /** The EndpointSlices of a Service. */
    public List<EndpointSlice> slicesOf(String namespace, String service) {
        return Collections.unmodifiableList(slices.getOrDefault(namespace + "/" + service, List.of()));
    }

    /** Whether {@code referrer} may refer to {@code target}: inside a namespace always, else by a ReferenceGrant. */
    public boolean permits(Resource referrer, ObjectRef target) {
        if (referrer.namespace().equals(target.namespace())) {
            return true;
        }
        var from = new ReferenceGrant.From(referrer.group(), referrer.kind(), referrer.namespace());
        return grants.getOrDefault(target.namespace(), List.of()).stream()
                .anyMatch(grant -> grant.permits(from, target));
    }

    /** The labels of a namespace, also of one that no manifest describes; with the name label Kubernetes itself sets. */
    public Map<String, String> labelsOfNamespace(String name) {
        Namespace namespace = find(Namespace.class, "", name);
        Map<String, String> labels = new HashMap<>();
        if (namespace != null) {
            labels.putAll(namespace.metadata().labels());
        }
        labels.put(NAMESPACE_NAME, name);
        return labels;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ResourceSet that && all.equals(that.all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }

    @Override
    public String toString() {
        return all.size() + " resources";
    }
}
