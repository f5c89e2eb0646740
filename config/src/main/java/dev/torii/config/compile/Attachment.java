package dev.torii.config.compile;

import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What came of one parentRef of a route. */
final class Attachment {

    final ParentRef ref;
    /** The Gateway or ListenerSet that it names. */
    final Resource parent;
    /** What that has. */
    final List<ListenerDraft> offered;
    /** Where the ref stands: {@code spec.parentRefs[i]}. */
    final String field;
    /** The listeners that take the route. */
    final Set<ListenerDraft> listeners = new LinkedHashSet<>();
    /** Why none does, or null. */
    @Nullable
    Problem rejected;

    Attachment(ParentRef ref, Resource parent, List<ListenerDraft> offered, String field) {
        this.ref = ref;
        this.parent = parent;
        this.offered = offered;
        this.field = field;
    }
}
