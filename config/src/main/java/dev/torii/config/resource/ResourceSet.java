package dev.torii.config.resource;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * All resources of one read. Immutable; order is by kind, namespace and name, so equal input gives an equal set whatever
 * files it came in. What is looked for is found by that order, so that nothing but two lists is kept beside the resources:
 * of those there may be tens of thousands.
 */
public final class ResourceSet {

    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";
    private static final Comparator<Resource> ORDER = Comparator.comparing(Resource::kind)
            .thenComparing(Resource::namespace)
            .thenComparing(Resource::name);
    private static final Comparator<EndpointSlice> BY_SERVICE =
            Comparator.comparing(EndpointSlice::namespace).thenComparing(EndpointSlice::service);

    // after the orders that it is made by
    public static final ResourceSet EMPTY = of(List.of());

    private final List<Resource> all;
    private final Map<Class<? extends Resource>, List<Resource>> byType = new HashMap<>();
    private final List<EndpointSlice> slices;

    /** @param all sorted, each once */
    private ResourceSet(List<Resource> all) {
        this.all = List.copyOf(all);
        for (int from = 0, to = 0; from < all.size(); from = to) {
            Class<? extends Resource> type = all.get(from).getClass();
            while (to < all.size() && all.get(to).getClass() == type) {
                to++;
            }
            byType.put(type, this.all.subList(from, to));
        }
        slices = all(EndpointSlice.class).stream().sorted(BY_SERVICE).toList();
    }

    /** Of several with the same kind, namespace and name the first given stays. */
    public static ResourceSet of(Collection<? extends Resource> resources) {
        return of(resources, (first, again) -> {});
    }

    /**
     * The same for somebody who wants to know.
     *
     * @param twice is told of the one that stays and the one that does not
     */
    public static ResourceSet of(Collection<? extends Resource> resources, BiConsumer<Resource, Resource> twice) {
        List<Resource> sorted = new ArrayList<>(resources);
        sorted.sort(ORDER);
        List<Resource> once = new ArrayList<>(sorted.size());
        for (Resource each : sorted) {
            Resource last = once.isEmpty() ? null : once.get(once.size() - 1);
            if (last != null && ORDER.compare(last, each) == 0) {
                twice.accept(last, each);
            } else {
                once.add(each);
            }
        }
        return new ResourceSet(once);
    }

    public List<Resource> all() {
        return all;
    }

    /** All of a kind, by namespace and name. */
    @SuppressWarnings("unchecked") // the list of a type has nothing else
    public <T extends Resource> List<T> all(Class<T> type) {
        return (List<T>) byType.getOrDefault(type, List.of());
    }

    /** The one of that name, or null. */
    public <T extends Resource> @Nullable T find(Class<T> type, String namespace, String name) {
        List<T> all = all(type);
        int at = first(all, each -> compare(each.namespace(), namespace, each.name(), name));
        T found = at < all.size() ? all.get(at) : null;
        return found != null
                        && found.namespace().equals(namespace)
                        && found.name().equals(name)
                ? found
                : null;
    }

    /** The EndpointSlices of a Service. */
    public List<EndpointSlice> slicesOf(String namespace, String service) {
        int from = first(slices, each -> compare(each.namespace(), namespace, each.service(), service));
        int to = first(slices, each -> compare(each.namespace(), namespace, each.service(), service) <= 0 ? -1 : 1);
        return slices.subList(from, to);
    }

    private static int compare(String namespace, String wantedNamespace, String name, String wantedName) {
        int order = namespace.compareTo(wantedNamespace);
        return order != 0 ? order : name.compareTo(wantedName);
    }

    /** Where in a sorted list the first stands that is not before what is looked for. */
    private static <T> int first(List<T> sorted, ToIntFunction<T> order) {
        int from = 0;
        int to = sorted.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (order.applyAsInt(sorted.get(middle)) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /** Whether {@code referrer} may refer to {@code target}: inside a namespace always, else by a ReferenceGrant. */
    public boolean permits(Resource referrer, ObjectRef target) {
        if (referrer.namespace().equals(target.namespace())) {
            return true;
        }
        var from = new ReferenceGrant.From(referrer.group(), referrer.kind(), referrer.namespace());
        List<ReferenceGrant> grants = all(ReferenceGrant.class);
        int start = first(grants, each -> each.namespace().compareTo(target.namespace()));
        return grants.subList(start, grants.size()).stream()
                .takeWhile(grant -> grant.namespace().equals(target.namespace()))
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
