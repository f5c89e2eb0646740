package dev.torii.config.compile;

import dev.torii.config.resource.ParentRef;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What came of one parentRef of a route. */
final class Attachment {

    final ParentRef ref;
    final GatewayDraft gateway;
    /** Where the ref stands: {@code spec.parentRefs[i]}. */
    final String field;
    /** The listeners that take the route. */
    final Set<ListenerDraft> listeners = new LinkedHashSet<>();
    /** Why none does, or null. */
    @Nullable
    Problem rejected;

    Attachment(ParentRef ref, GatewayDraft gateway, String field) {
        this.ref = ref;
        this.gateway = gateway;
        this.field = field;
    }
}
