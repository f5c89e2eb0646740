package dev.torii.config.compile;

import dev.torii.config.resource.ParentRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of one parentRef that names a Service. */
final class MeshAttachment {

    final ParentRef ref;
    /** Where the ref stands: {@code spec.parentRefs[i]}. */
    final String field;
    /** The ports that take the route. */
    final List<MeshPort> ports = new ArrayList<>();
    /** Why none does, or null. */
    @Nullable
    Problem rejected;

    MeshAttachment(ParentRef ref, String field) {
        this.ref = ref;
        this.field = field;
    }

    /** Whether it means one port, not all there are. */
    boolean namesAPort() {
        return ref.port() != null || ref.sectionName() != null;
    }
}
