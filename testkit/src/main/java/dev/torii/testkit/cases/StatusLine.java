package dev.torii.testkit.cases;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the status of one object must say.
 *
 * @param subject what it is about
 * @param facts all of which must hold
 */
public record StatusLine(int line, Subject subject, List<Fact> facts) {

    public StatusLine {
        facts = List.copyOf(facts);
    }

    /**
     * A Gateway or ListenerSet, one of its listeners, or a route or policy in relation to one of its parents.
     *
     * @param parentKind kind of the parent; {@code ""} in a line that does not say, and when there is none
     * @param gateway the parent of a route, the ancestor of a policy; null when the subject is a Gateway or ListenerSet
     * @param section of the parentRef, or null when it names none
     * @param port of the parentRef, or null when it names none
     * @param listener of a Gateway or ListenerSet, or null
     */
    public record Subject(
            String kind,
            ObjectName object,
            String parentKind,
            @Nullable ObjectName gateway,
            @Nullable String section,
            @Nullable Integer port,
            @Nullable String listener) {

        /** As a line names it that does not say of what kind the parent is. */
        Subject withoutParentKind() {
            return new Subject(kind, object, "", gateway, section, port, listener);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(kind).append(' ').append(object);
            append(text, parentKind.isEmpty() ? " on " : " on " + parentKind + " ", gateway);
            append(text, " section ", section);
            append(text, " port ", port);
            append(text, " listener ", listener);
            return text.toString();
        }

        private static void append(StringBuilder text, String label, @Nullable Object value) {
            if (value != null) {
                text.append(label).append(value);
            }
        }
    }

    /** One thing a status says. */
    public sealed interface Fact {

        /** A condition with its status and reason. */
        record Condition(String type, boolean status, String reason) implements Fact {}

        /** That condition is absent or False. */
        record NoCondition(String type) implements Fact {}

        /** {@code attachedRoutes} of a listener. */
        record Routes(int count) implements Fact {}

        /** Are among the {@code supportedKinds} of a listener; none means that those are empty. */
        record Kinds(List<String> kinds) implements Fact {
            public Kinds {
                kinds = List.copyOf(kinds);
            }
        }

        /** How many listeners the status of the Gateway or ListenerSet has. */
        record Listeners(int count) implements Fact {}

        /** {@code attachedListenerSets} of a Gateway. */
        record Sets(int count) implements Fact {}
    }
}
