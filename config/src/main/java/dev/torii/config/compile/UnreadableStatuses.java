package dev.torii.config.compile;

import dev.torii.config.compile.Status.Condition;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.ListenerSet;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import dev.torii.config.resource.Unreadable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells the authors of objects that cannot be read. What holds of the last version that could be read is not repeated to
 * them: it would look as if it held of what they have written.
 */
final class UnreadableStatuses {

    private static final String INCOMPATIBLE = "IncompatibleFilters";

    private final ResourceSet resources;
    private final GatewayClasses classes;
    /** The Gateways and ListenerSets that are ours. */
    private final Set<ObjectKey> parents;

    UnreadableStatuses(ResourceSet resources, GatewayClasses classes, Set<ObjectKey> parents) {
        this.resources = resources;
        this.classes = classes;
        this.parents = parents;
    }

    /** @param told what would be said if nothing were unreadable */
    List<Status> over(List<Status> told, Collection<Unreadable> unreadable) {
        Map<ObjectKey, Unreadable> byObject = new TreeMap<>();
        unreadable.forEach(each -> byObject.putIfAbsent(ObjectKey.of(each.resource()), each));
        Map<ObjectKey, List<Status>> replaced = new TreeMap<>();
        List<Status> all = new ArrayList<>();
        for (Status each : told) {
            if (each.listener() == null && byObject.containsKey(each.object())) {
                replaced.computeIfAbsent(each.object(), key -> new ArrayList<>())
                        .add(each);
            } else {
                all.add(each);
            }
        }
        byObject.forEach((key, each) -> all.addAll(of(each, replaced.getOrDefault(key, List.of()))));
        return all.stream().sorted(Status.ORDER).toList();
    }

    /** @param before what is said of the last version that could be read */
    private List<Status> of(Unreadable unreadable, List<Status> before) {
        Resource resource = unreadable.resource();
        if (resource instanceof Route route) {
            return route.parentRefs().stream()
                    .filter(this::isOurs)
                    .map(parent -> of(unreadable, parent, before.isEmpty() ? null : before.get(0)))
                    .toList();
        }
        boolean first = before.isEmpty()
                && (resource instanceof Gateway gateway && classes.isOurs(gateway)
                        || resource instanceof ListenerSet set && isOurs(set.gateway()));
        return first
                ? List.of(of(unreadable, null, null))
                : before.stream()
                        .map(each -> of(unreadable, each.parent(), each))
                        .toList();
    }

    private boolean isOurs(ParentRef parent) {
        ObjectRef target = parent.target();
        return ServiceParents.isService(parent)
                ? resources.find(Service.class, target.namespace(), target.name()) != null
                : isOurs(target);
    }

    private boolean isOurs(ObjectRef parent) {
        return parents.contains(new ObjectKey(parent.kind(), parent.namespace(), parent.name()));
    }

    private static Status of(Unreadable unreadable, @Nullable ParentRef parent, @Nullable Status before) {
        Resource object = unreadable.resource();
        boolean served = before != null;
        String message = unreadable.problem().message()
                + (served ? "; what it said before is served still" : "; nothing of it is served");
        Condition condition = new Condition("Accepted", false, reason(unreadable), message);
        return new Status(
                object.kind(),
                object.namespace(),
                object.name(),
                object.metadata().generation(),
                parent,
                null,
                List.of(condition),
                0,
                List.of(),
                before == null ? 0 : before.attachedListenerSets(),
                before == null ? List.of() : before.supportedFeatures());
    }

    private static String reason(Unreadable unreadable) {
        if (unreadable.resource() instanceof Route) {
            return unreadable.problem().reason().equals(INCOMPATIBLE) ? INCOMPATIBLE : "UnsupportedValue";
        }
        return unreadable.resource().kind().equals("GatewayClass") ? "Unsupported" : "Invalid";
    }
}
