package dev.torii.config.select;

import dev.torii.config.compile.SidecarView;
import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Document;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a proxy uses of a catalog, at a cost that grows with what it uses. Follows from catalog to catalog at a cost
 * that grows with what has changed. For one thread.
 */
public final class SelectionIndex {

    private final Map<ObjectKey, Resource> objects = new HashMap<>();
    private final Map<ObjectKey, Set<ObjectKey>> found = new HashMap<>();
    private ResourceSet resources = ResourceSet.EMPTY;

    /** Of nothing, until it is told more. */
    public SelectionIndex() {}

    public static SelectionIndex of(Catalog catalog) {
        SelectionIndex index = new SelectionIndex();
        index.update(
                catalog.resources(), catalog.documents(), catalog.documents().keySet());
        return index;
    }

    /**
     * What a catalog changed.
     *
     * @param places at which something is new, different or gone: a {@link Selection} that is touched by none of them would
     *     be the same again, and so would its objects
     * @param ways those of them where it leads elsewhere now, perhaps: a {@link Selection} that is touched by none of them
     *     would have the same objects again, though some may say something else
     */
    public record Touched(Set<ObjectKey> places, Set<ObjectKey> ways) {}

    /** Takes in the next catalog. */
    public Touched update(Catalog next) {
        return update(next.resources(), next.documents(), next.changed());
    }

    private Touched update(ResourceSet next, Map<ObjectKey, Document> documents, Set<ObjectKey> changed) {
        Set<ObjectKey> touched = new HashSet<>();
        Set<ObjectKey> ways = new HashSet<>();
        for (ObjectKey key : changed) {
            Document now = documents.get(key);
            Resource before = now == null ? objects.remove(key) : objects.put(key, now.resource());
            Set<ObjectKey> left = before == null ? Set.of() : Places.of(before);
            Set<ObjectKey> taken = now == null ? Set.of() : Places.of(now.resource());
            left.stream().filter(place -> !taken.contains(place)).forEach(place -> leave(place, key));
            taken.stream()
                    .filter(place -> !left.contains(place))
                    .forEach(place -> found.computeIfAbsent(place, name -> new HashSet<>(2))
                            .add(key));
            touched.addAll(left);
            touched.addAll(taken);
            if (!(before instanceof EndpointSlice) || !left.equals(taken)) {
                ways.addAll(left);
                ways.addAll(taken);
            }
        }
        resources = next;
        return new Touched(touched, ways);
    }

    private void leave(ObjectKey place, ObjectKey key) {
        Set<ObjectKey> there = found.getOrDefault(place, new HashSet<>());
        there.remove(key);
        if (there.isEmpty()) {
            found.remove(place);
        }
    }

    /** What a Gateway's own proxies use; nothing when there is no such Gateway. */
    public Selection gateway(String namespace, String name) {
        GatewayWalk walk = new GatewayWalk(this);
        walk.gateway(new ObjectKey("Gateway", namespace, name));
        return walk.selection();
    }

    /** What proxies use that serve several Gateways together: all whose class says so, or in files just all. */
    public Selection sharedGateways() {
        GatewayWalk walk = new GatewayWalk(this);
        walk.shared();
        return walk.selection();
    }

    /**
     * What a sidecar uses.
     *
     * @param wants places that its app calls: canonical IP addresses, and names {@code service.namespace}; those that are
     *     nobody's are looked at all the same
     */
    public Selection sidecar(SidecarView view, Collection<String> wants) {
        SidecarWalk walk = new SidecarWalk(this, view);
        wants.forEach(walk::want);
        return walk.selection();
    }

    /** The Services that select pods with such labels, by name. */
    public List<Service> services(String namespace, Map<String, String> labels) {
        return selecting(namespace, labels).stream()
                .flatMap(this::at)
                .filter(Service.class::isInstance)
                .map(Service.class::cast)
                .filter(service ->
                        labels.entrySet().containsAll(service.selector().entrySet()))
                .sorted(Comparator.comparing(Service::name))
                .toList();
    }

    /** The places where that looked: see {@link Selection#places}. */
    public static List<ObjectKey> selecting(String namespace, Map<String, String> labels) {
        return Places.selecting(namespace, labels);
    }

    ResourceSet resources() {
        return resources;
    }

    @Nullable
    Resource object(ObjectKey key) {
        return objects.get(key);
    }

    /** All that is found at a place, in no order. */
    Stream<Resource> at(ObjectKey place) {
        return found.getOrDefault(place, Set.of()).stream().map(key -> Objects.requireNonNull(objects.get(key)));
    }
}
