package dev.torii.testkit.cases;

import dev.torii.testkit.cases.CaseCompiler.Called;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Compares what a sidecar would do with a request to what a case wants, as far as configuration decides it. */
final class CallJudge {

    private CallJudge() {}

    /** What is not as it should be; what only traffic can show is left to it. */
    static List<String> complaints(Exchange exchange, Called called) {
        List<String> complaints = new ArrayList<>();
        boolean passed = called.status().equals(Called.PASSED_THROUGH);
        Exchange.Outcome wanted = exchange.outcome();
        if (!passed && wanted.statuses().contains(called.status()) == wanted.negated()) {
            complaints.add("expected " + (wanted.negated() ? "not " : "") + wanted.statuses() + ", got " + called);
        }
        ObjectName from = wanted.from();
        if (!passed && from != null && !called.shares().keySet().equals(Set.of(from))) {
            complaints.add("expected an answer from " + from + ", got " + called);
        }
        for (Check check : exchange.checks()) {
            if (!holds(check, called)) {
                complaints.add("expected " + check + ", got " + called);
            }
        }
        return complaints;
    }

    private static boolean holds(Check check, Called called) {
        if (check instanceof Check.Shared shared) {
            return shared.shares().stream()
                    .allMatch(each -> Math.abs(called.shares().getOrDefault(each.service(), 0.0) - each.percent())
                            <= shared.within());
        }
        if (check instanceof Check.AnswerHeader header) {
            String seen = called.answerHeaders().get(name(header.name()));
            return seen != null && header.values().contains(seen);
        }
        return !(check instanceof Check.NoAnswerHeader header)
                || !called.answerHeaders().containsKey(name(header.name()));
    }

    private static String name(String header) {
        return header.toLowerCase(Locale.ROOT);
    }
}
