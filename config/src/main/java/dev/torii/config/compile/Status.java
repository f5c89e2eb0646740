package dev.torii.config.compile;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of an object's {@code status}: the conditions of a Gateway, GatewayClass or ListenerSet, of one of its listeners, of
 * a route for one of its parents, or of a policy for one of its ancestors. All entries of one kind, namespace and name
 * together are all that Torii says of that object; where it says nothing any more, what it once said is to be taken away,
 * see {@link #TYPES}. Source: {@code gateway-api.md}, section 5.
 *
 * <p>{@code Programmed} is what could be: whether somebody serves it already is not known here.
 *
 * @param kind of the object
 * @param namespace {@code ""} for a GatewayClass
 * @param generation the object's, from which this was computed ({@code observedGeneration}); 0 when unknown, as in files
 * @param parent for routes the parentRef as declared, its group, kind and namespace filled in ({@code status.parents[]});
 *     for policies the ancestor ({@code status.ancestors[]}): of a BackendTLSPolicy each Gateway that uses it, of our own
 *     policies each target, and its own Namespace when it has none; null for Gateways, classes and ListenerSets
 * @param listener name of a Gateway's or ListenerSet's listener ({@code status.listeners[]}), or null for the object itself
 * @param conditions in a fixed order
 * @param attachedRoutes of a listener, else 0
 * @param supportedKinds of a listener, all of the Gateway API's group, else empty
 * @param attachedListenerSets of a Gateway, else 0
 * @param supportedFeatures of a GatewayClass, sorted, else empty
 */
public record Status(
        String kind,
        String namespace,
        String name,
        long generation,
        @Nullable ParentRef parent,
        @Nullable String listener,
        List<Condition> conditions,
        int attachedRoutes,
        List<String> supportedKinds,
        int attachedListenerSets,
        List<String> supportedFeatures) {

    /**
     * All types of conditions that Torii ever gives. One of them that an object has and its status here does not name no
     * longer holds and is to be removed; conditions of other types are somebody else's.
     */
    public static final Set<String> TYPES = Set.of(
            "Accepted",
            "Programmed",
            "ResolvedRefs",
            "Conflicted",
            "OverlappingTLSConfig",
            "PartiallyInvalid",
            "InsecureFrontendValidationMode",
            "SupportedVersion");

    static final Comparator<Status> ORDER =
            Comparator.comparing(Status::kind).thenComparing(Status::namespace).thenComparing(Status::name);

    public Status {
        conditions = List.copyOf(conditions);
        supportedKinds = List.copyOf(supportedKinds);
        supportedFeatures = List.copyOf(supportedFeatures);
    }

    static Status of(Resource object, @Nullable ParentRef parent, List<Condition> conditions) {
        return new Status(
                object.kind(),
                object.namespace(),
                object.name(),
                object.metadata().generation(),
                parent,
                null,
                conditions,
                0,
                List.of(),
                0,
                List.of());
    }

    /** Of one of its listeners. */
    static Status of(
            Resource object,
            String listener,
            List<Condition> conditions,
            int attachedRoutes,
            List<String> supportedKinds) {
        return new Status(
                object.kind(),
                object.namespace(),
                object.name(),
                object.metadata().generation(),
                null,
                listener,
                conditions,
                attachedRoutes,
                supportedKinds,
                0,
                List.of());
    }

    /** Whose entry it is. */
    public ObjectKey object() {
        return new ObjectKey(kind, namespace, name);
    }

    /** The condition of that type, or null. */
    public @Nullable Condition condition(String type) {
        return conditions.stream()
                .filter(each -> each.type().equals(type))
                .findFirst()
                .orElse(null);
    }

    /**
     * A Kubernetes condition.
     *
     * @param holds {@code status} is {@code "True"} or {@code "False"}; nothing here is ever {@code "Unknown"}
     * @param message for people; may be empty
     */
    public record Condition(String type, boolean holds, String reason, String message) {

        /** True with that reason, or False with what the problem says. */
        static Condition unless(@Nullable Problem problem, String type, String reason) {
            return problem == null
                    ? new Condition(type, true, reason, "")
                    : new Condition(type, false, problem.reason(), problem.message());
        }

        /** Say, {@code Accepted=False NoMatchingParent}. */
        @Override
        public String toString() {
            return type + "=" + (holds ? "True" : "False") + " " + reason;
        }
    }
}
