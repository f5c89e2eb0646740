package dev.torii.testkit.cases;

import dev.torii.testkit.cases.CaseCompiler.SeenCondition;
import dev.torii.testkit.cases.CaseCompiler.SeenStatus;
import dev.torii.testkit.cases.StatusLine.Fact;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares what is told of an object to what a case wants. */
final class StatusJudge {

    private StatusJudge() {}

    /** What is not as it should be; where a subject is told of several times the last counts. */
    static List<String> complaints(StatusLine line, List<SeenStatus> all) {
        SeenStatus seen = all.stream()
                .filter(each -> each.subject().equals(line.subject())
                        || each.subject().withoutParentKind().equals(line.subject()))
                .reduce((before, last) -> last)
                .orElse(null);
        if (seen == null) {
            return List.of(line.subject() + " has no status; there are: "
                    + of(line.subject().kind(), all));
        }
        return line.facts().stream()
                .map(fact -> complaint(fact, seen))
                .filter(Objects::nonNull)
                .map(complaint -> line.subject() + ": " + complaint)
                .toList();
    }

    private static SortedSet<String> of(String kind, List<SeenStatus> all) {
        return all.stream()
                .map(SeenStatus::subject)
                .filter(each -> each.kind().equals(kind))
                .map(StatusLine.Subject::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static @Nullable String complaint(Fact fact, SeenStatus seen) {
        if (fact instanceof Fact.Condition expected) {
            SeenCondition actual = seen.conditions().get(expected.type());
            boolean holds = actual != null
                    && actual.status() == expected.status()
                    && actual.reason().equals(expected.reason());
            String wanted = expected.type() + "=" + word(expected.status()) + "(" + expected.reason() + ")";
            return holds ? null : complaint(wanted, shown(actual));
        } else if (fact instanceof Fact.NoCondition absent) {
            SeenCondition actual = seen.conditions().get(absent.type());
            boolean holds = actual == null || !actual.status();
            return holds ? null : complaint("no " + absent.type(), shown(actual));
        } else if (fact instanceof Fact.Routes routes) {
            return count(routes.count(), seen.attachedRoutes(), "attached routes");
        } else if (fact instanceof Fact.Listeners listeners) {
            return count(listeners.count(), seen.listeners(), "listeners");
        } else if (fact instanceof Fact.Sets sets) {
            return count(sets.count(), seen.attachedListenerSets(), "attached ListenerSets");
        }
        List<String> kinds = ((Fact.Kinds) fact).kinds();
        List<String> supported = seen.supportedKinds();
        boolean fit = kinds.isEmpty() ? supported.isEmpty() : supported.containsAll(kinds);
        return fit ? null : complaint("supported kinds " + kinds, supported.toString());
    }

    private static @Nullable String count(int expected, int actual, String what) {
        return expected == actual ? null : complaint(expected + " " + what, Integer.toString(actual));
    }

    private static String complaint(String expected, String got) {
        return "expected " + expected + ", got " + got;
    }

    private static String shown(@Nullable SeenCondition condition) {
        return condition == null
                ? "none"
                : word(condition.status()) + "(" + condition.reason() + "): " + condition.message();
    }

    private static String word(boolean status) {
        return status ? "True" : "False";
    }
}
