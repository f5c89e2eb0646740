package dev.torii.config.resource;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gateway API {@code ReferenceGrant}: lets objects of other namespaces refer into its own. */
public record ReferenceGrant(Metadata metadata, List<From> from, List<To> to) implements Resource {

    public ReferenceGrant {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    @Override
    public String group() {
        return GATEWAY_GROUP;
    }

    @Override
    public String kind() {
        return "ReferenceGrant";
    }

    public record From(String group, String kind, String namespace) {}

    /** @param name null for every object of the kind */
    public record To(String group, String kind, @Nullable String name) {}

    boolean permits(From referrer, ObjectRef target) {
        return target.namespace().equals(namespace())
                && from.contains(referrer)
                && to.stream()
                        .anyMatch(each -> target.is(each.group(), each.kind())
                                && (each.name() == null || each.name().equals(target.name())));
    }
}
