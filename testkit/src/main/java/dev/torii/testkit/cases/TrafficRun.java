package dev.torii.testkit.cases;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plays the traffic half of a case: serves its manifests and makes its requests, one gateway process for each Gateway
 * that requests go to.
 */
public final class TrafficRun implements AutoCloseable {

    /**
     * What all cases of a run share.
     *
     * @param alwaysHttp2 whether to speak HTTP/2 where a case leaves it to HTTP/1
     */
    public record Setting(
            CaseFiles files,
            Vertx vertx,
            CaseCertificates certificates,
            CaseBackends backends,
            CaseTarget.Factory targets,
            boolean alwaysHttp2) {}

    private final Case played;
    private final Setting setting;
    private final Manifests manifests;
    private final Map<ObjectName, CaseTarget> targets = new HashMap<>();
    private final Set<ObjectName> upToDate = new HashSet<>();
    private final List<String> failures = new ArrayList<>();

    private TrafficRun(Case played, Setting setting) {
        this.played = played;
        this.setting = setting;
        this.manifests = setting.files().start(played, setting.backends().or(setting.certificates()));
    }

    /** All disagreements, each beginning with {@code file:line}; none when the case holds. */
    public static List<String> play(Case played, Setting setting) throws Exception {
        try (TrafficRun run = new TrafficRun(played, setting)) {
            for (Step step : played.steps()) {
                run.step(step);
            }
            return run.failures;
        }
    }

    private void step(Step step) throws Exception {
        if (step instanceof Step.Apply apply) {
            manifests.apply(played.file(), apply.line() + 1, apply.body());
            upToDate.clear();
        } else if (step instanceof Step.Delete delete) {
            if (!manifests.delete(delete.kind(), delete.object())) {
                fail(delete.line(), "there is no " + delete.kind() + " " + delete.object());
            }
            upToDate.clear();
        } else if (step instanceof Step.Requests requests) {
            requests(requests);
        }
    }

    private void requests(Step.Requests step) throws Exception {
        if (!manifests.gateways().contains(step.gateway())) {
            fail(step.line(), "there is no Gateway " + step.gateway());
            return;
        }
        CaseTarget target = targets.get(step.gateway());
        if (target == null) {
            target = setting.targets().start();
            targets.put(step.gateway(), target);
        }
        if (upToDate.add(step.gateway())) {
            target.serve(manifests.renderFor(step.gateway()));
        }
        TlsTrust trust = new TlsTrust(setting.certificates(), step.trusting());
        ExchangeRun run = new ExchangeRun(setting, trust, target);
        for (Exchange exchange : step.exchanges()) {
            run.play(exchange).forEach(complaint -> fail(complaint.line(), complaint.message()));
        }
    }

    private void fail(int line, String message) {
        failures.add(played.at(line) + ": " + message);
    }

    @Override
    public void close() {
        for (CaseTarget target : targets.values()) {
            target.close();
        }
    }
}
