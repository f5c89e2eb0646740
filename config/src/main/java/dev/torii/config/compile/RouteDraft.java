package dev.torii.config.compile;

import dev.torii.config.resource.BackendRef;
import dev.torii.config.resource.Route;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route while its configuration is being worked out. */
final class RouteDraft {

    final Route route;
    /** One for each parentRef that names a Gateway or ListenerSet of ours. */
    final List<Attachment> attachments = new ArrayList<>();
    /** One for each parentRef that names a Service there is. */
    final List<MeshAttachment> mesh = new ArrayList<>();
    /** What each backendRef of the route led to, by the ref itself. */
    final IdentityHashMap<BackendRef, Resolution> resolutions = new IdentityHashMap<>();
    /** The first of its references that does not resolve, or null. */
    @Nullable
    Problem unresolved;
    /** What had to be replaced by an error, or null. */
    @Nullable
    Problem partial;

    RouteDraft(Route route) {
        this.route = route;
    }
}
