package dev.torii.config.source;

import dev.torii.config.resource.BackendRef;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.RouteFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads references. A reference without a namespace means the namespace of the object it stands in. */
final class Refs {

    private static final int MOST_PARENTS = 32;
    private static final int MOST_TARGETS = 16;
    private static final int MOST_WEIGHT = 1_000_000;

    private final String namespace;

    /** @param namespace of the object being read */
    Refs(String namespace) {
        this.namespace = namespace;
    }

    List<ParentRef> parents(Fields spec) {
        List<ParentRef> parents = new ArrayList<>();
        spec.get("parentRefs").list(0, MOST_PARENTS, fields -> {
            ParentRef parent = parent(fields);
            checkDistinct(fields, parent, parents);
            return parents.add(parent);
        });
        return parents;
    }

    private ParentRef parent(Fields fields) {
        ObjectRef target = object(fields, Resource.GATEWAY_GROUP, "Gateway");
        return new ParentRef(
                target,
                fields.get("sectionName").textOrNull(Syntax.SECTION_NAME),
                fields.get("port").integerOrNull(1, 65535));
    }

    /** References to the same parent must differ, and in the same way (a rule of the CRD). */
    private static void checkDistinct(Fields fields, ParentRef parent, List<ParentRef> others) {
        for (ParentRef other : others) {
            if (other.equals(parent)) {
                fields.error(
                        "InvalidValue", parent.target() + " is there twice with the same `sectionName` and `port`");
                return;
            }
            boolean alike = (other.sectionName() == null) == (parent.sectionName() == null)
                    && (other.port() == null) == (parent.port() == null);
            if (other.target().equals(parent.target()) && !alike) {
                fields.error(
                        "InvalidValue",
                        "all references to " + parent.target() + " must set the same of `sectionName` and `port`");
                return;
            }
        }
    }

    /** A {@code BackendObjectReference}, which has neither weight nor filters. */
    BackendRef backendObject(Fields fields) {
        return new BackendRef(object(fields, Resource.CORE_GROUP, "Service"), port(fields), 1, List.of());
    }

    /** A {@code BackendRef}, its filters read elsewhere. */
    BackendRef backend(Fields fields, List<RouteFilter> filters) {
        BackendRef object = backendObject(fields);
        int weight = fields.get("weight").integer(0, MOST_WEIGHT, 1);
        return new BackendRef(object.target(), object.port(), weight, filters);
    }

    private static @Nullable Integer port(Fields fields) {
        boolean service = fields.get("kind").text(Syntax.KIND, "Service").equals("Service")
                && fields.get("group").text(Syntax.GROUP, "").isEmpty();
        return (service ? fields.need("port") : fields.get("port")).integerOrNull(1, 65535);
    }

    /** A reference to a Secret, unless it says otherwise. */
    ObjectRef secret(Fields fields) {
        return object(fields, Resource.CORE_GROUP, "Secret");
    }

    /** What a ListenerSet adds its listeners to. */
    ObjectRef gateway(Fields fields) {
        return object(fields, Resource.GATEWAY_GROUP, "Gateway");
    }

    /** A reference that must name group and kind, in a namespace of its own or this one. */
    ObjectRef full(Fields fields) {
        return new ObjectRef(
                fields.need("group").text(Syntax.GROUP),
                fields.need("kind").text(Syntax.KIND),
                fields.get("namespace").text(Syntax.LABEL, namespace),
                fields.need("name").text(Syntax.NON_EMPTY));
    }

    /** A reference that must name group and kind and stays in this namespace. */
    ObjectRef local(Fields fields) {
        return new ObjectRef(
                fields.need("group").text(Syntax.GROUP),
                fields.need("kind").text(Syntax.KIND),
                namespace,
                fields.need("name").text(Syntax.NON_EMPTY));
    }

    List<PolicyTarget> targets(Fields spec, boolean needed) {
        Cell refs = needed ? spec.need("targetRefs") : spec.get("targetRefs");
        Set<PolicyTarget> seen = new HashSet<>();
        return refs.list(needed ? 1 : 0, MOST_TARGETS, fields -> {
            PolicyTarget target =
                    new PolicyTarget(local(fields), fields.get("sectionName").textOrNull(Syntax.SECTION_NAME));
            if (!seen.add(target)) {
                fields.error("InvalidValue", target.object() + " is there twice with the same `sectionName`");
            }
            return target;
        });
    }

    private ObjectRef object(Fields fields, String group, String kind) {
        return new ObjectRef(
                fields.get("group").text(Syntax.GROUP, group),
                fields.get("kind").text(Syntax.KIND, kind),
                fields.get("namespace").text(Syntax.LABEL, namespace),
                fields.need("name").text(Syntax.NON_EMPTY));
    }
}
