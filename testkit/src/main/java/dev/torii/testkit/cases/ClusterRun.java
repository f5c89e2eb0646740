package dev.torii.testkit.cases;

import dev.torii.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Plays the cluster half of a case: after each edit, the statuses come to be what it says. */
public final class ClusterRun {

    /** Each look costs the API server a search. */
    public static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private final Case played;
    private final Manifests manifests;
    private final CaseCluster cluster;
    private final Duration patience;
    private final Set<String> applied = new HashSet<>();
    private final List<String> failures = new ArrayList<>();

    private ClusterRun(Case played, Manifests manifests, CaseCluster cluster, Duration patience) {
        this.played = played;
        this.manifests = manifests;
        this.cluster = cluster;
        this.patience = patience;
    }

    /**
     * All disagreements, each beginning with {@code file:line}; none when the case holds.
     *
     * @param patience with each line
     */
    public static List<String> play(
            Case played, CaseFiles files, Symbols symbols, CaseCluster cluster, Duration patience) {
        ClusterRun run = new ClusterRun(played, files.start(played, symbols), cluster, patience);
        run.apply();
        played.steps().forEach(run::step);
        return run.failures;
    }

    private void step(Step step) {
        if (step instanceof Step.Apply apply) {
            manifests.apply(played.file(), apply.line() + 1, apply.body());
            apply();
        } else if (step instanceof Step.Delete delete) {
            manifests.delete(delete.kind(), delete.object());
            cluster.delete(delete.kind(), delete.object());
        } else if (step instanceof Step.Status status) {
            status.lines().forEach(this::await);
        }
    }

    /** What is not as it was. */
    private void apply() {
        List<String> texts = manifests.texts();
        texts.stream().filter(each -> !applied.contains(each)).forEach(cluster::apply);
        applied.clear();
        applied.addAll(texts);
    }

    private void await(StatusLine line) {
        StatusLine.Subject subject = line.subject();
        List<String> complaints = new ArrayList<>();
        boolean holds = Await.until(patience, BETWEEN_LOOKS, () -> {
            complaints.clear();
            complaints.addAll(StatusJudge.complaints(line, cluster.statuses(subject.kind(), subject.object())));
            return complaints.isEmpty();
        });
        if (!holds) {
            complaints.forEach(complaint -> failures.add(played.at(line.line()) + ": " + complaint));
        }
    }
}
