package dev.torii.testkit.cases;

import dev.torii.testkit.cases.CaseCompiler.Called;
import dev.torii.testkit.cases.CaseCompiler.Compiled;
import dev.torii.testkit.cases.CaseCompiler.SeenFinding;
import dev.torii.testkit.cases.CaseCompiler.SeenStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plays the config half of a case: after each edit, the status and the findings; and of requests through sidecars, where
 * they go.
 */
public final class ConfigRun {

    private static final String NO_PARENT = "NoMatchingParent";

    private final Case played;
    private final Manifests manifests;
    private final CaseCompiler compiler;
    private final List<String> failures = new ArrayList<>();

    private ConfigRun(Case played, Manifests manifests, CaseCompiler compiler) {
        this.played = played;
        this.manifests = manifests;
        this.compiler = compiler;
    }

    /** All disagreements, each beginning with {@code file:line}; none when the case holds. */
    public static List<String> play(Case played, CaseFiles files, Symbols symbols, CaseCompiler compiler) {
        ConfigRun run = new ConfigRun(played, files.start(played, symbols), compiler);
        run.play();
        return run.failures;
    }

    private void play() {
        for (int i = 0; i < played.steps().size(); i++) {
            Step step = played.steps().get(i);
            if (step instanceof Step.Apply apply) {
                manifests.apply(played.file(), apply.line() + 1, apply.body());
            } else if (step instanceof Step.Delete delete && !manifests.delete(delete.kind(), delete.object())) {
                fail(delete.line(), "there is no " + delete.kind() + " " + delete.object());
            } else if (step instanceof Step.Status status) {
                List<Compiled> compiled = compiled();
                statuses(status, compiled);
                findings(status.line(), findingsBeside(i), seenFindings(compiled));
            } else if (step instanceof Step.Calls calls) {
                calls.exchanges().forEach(exchange -> call(calls, exchange));
            }
        }
    }

    private void call(Step.Calls calls, Exchange exchange) {
        Called called = compiler.call(manifests.renderAll(), calls.from(), exchange);
        CallJudge.complaints(exchange, called).forEach(complaint -> fail(exchange.line(), exchange + ": " + complaint));
    }

    /** The findings section that directly follows; a case that lists none expects no error. */
    private List<FindingLine> findingsBeside(int status) {
        int next = status + 1;
        return next < played.steps().size() && played.steps().get(next) instanceof Step.Findings findings
                ? findings.lines()
                : List.of();
    }

    private void statuses(Step.Status step, List<Compiled> compiled) {
        List<SeenStatus> seen =
                compiled.stream().flatMap(each -> each.statuses().stream()).toList();
        step.lines()
                .forEach(line -> StatusJudge.complaints(line, seen).forEach(complaint -> fail(line.line(), complaint)));
    }

    private void findings(int statusLine, List<FindingLine> expected, List<SeenFinding> left) {
        for (FindingLine line : expected) {
            SeenFinding found = left.stream()
                    .filter(finding -> fits(line, finding))
                    .findFirst()
                    .orElse(null);
            if (found == null) {
                fail(
                        line.line(),
                        "nothing says '" + line.severity() + " " + line.reason() + "' at a line with '" + line.text()
                                + "'; there are: " + left);
            } else {
                left.remove(found);
            }
        }
        for (SeenFinding finding : left) {
            if (finding.severity().equals("error")) {
                int line = expected.isEmpty() ? statusLine : expected.get(0).line();
                String text = manifests.line(finding.file(), finding.line()).trim();
                fail(line, "unexpected finding at '" + text + "': " + finding);
            }
        }
    }

    /** One finding for each place and reason; without parents that are missing only because the run left them out. */
    private List<SeenFinding> seenFindings(List<Compiled> compiled) {
        Set<String> ofAllTogether = new HashSet<>();
        compiler.compile(manifests.renderAll()).findings().forEach(f -> ofAllTogether.add(place(f)));
        Map<String, SeenFinding> seen = new LinkedHashMap<>();
        for (Compiled each : compiled) {
            for (SeenFinding finding : each.findings()) {
                if (!finding.reason().equals(NO_PARENT) || ofAllTogether.contains(place(finding))) {
                    seen.putIfAbsent(place(finding), finding);
                }
            }
        }
        return new ArrayList<>(seen.values());
    }

    private static String place(SeenFinding finding) {
        return finding.file() + ":" + finding.line() + ": " + finding.severity() + " " + finding.reason();
    }

    private boolean fits(FindingLine expected, SeenFinding seen) {
        return expected.severity().equals(seen.severity())
                && expected.reason().equals(seen.reason())
                && manifests.line(seen.file(), seen.line()).contains(expected.text());
    }

    /** Each Gateway by itself, as it would have an address and a process of its own. */
    private List<Compiled> compiled() {
        if (manifests.gateways().isEmpty()) {
            return List.of(compiler.compile(manifests.renderAll()));
        }
        return manifests.gateways().stream()
                .map(gateway -> compiler.compile(manifests.renderFor(gateway)))
                .toList();
    }

    private void fail(int line, String message) {
        failures.add(played.at(line) + ": " + message);
    }
}
