package dev.torii.config.compile;

import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of an object's {@code status}: a Gateway's own conditions, one of its listeners', a route's for one of its
 * parents, or a policy's for one of its ancestors. Source: {@code gateway-api.md}, section 5.
 *
 * @param kind of the object
 * @param generation the object's, from which this was computed; 0 when unknown
 * @param parent for routes the parentRef as declared, for policies the Gateway; null for Gateways
 * @param listener name of a Gateway's listener, or null
 * @param conditions in a fixed order
 * @param attachedRoutes of a listener, else 0
 * @param supportedKinds of a listener, else empty
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
        List<String> supportedKinds) {

    static final Comparator<Status> ORDER =
            Comparator.comparing(Status::kind).thenComparing(Status::namespace).thenComparing(Status::name);

    public Status {
        conditions = List.copyOf(conditions);
        supportedKinds = List.copyOf(supportedKinds);
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
                List.of());
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
