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
 * that requests go to, or one sidecar process beside each Service that they come from.
 */
public final class TrafficRun implements AutoCloseable {

    /**
     * What all cases of a run share.
     *
     * @param way how requests are made: to Gateways, or from Services
     * @param alwaysHttp2 whether to speak HTTP/2 where a case leaves it to HTTP/1
     */
    public record Setting(
            CaseFiles files,
            Vertx vertx,
            CaseCertificates certificates,
            CaseBackends backends,
            CaseTarget.Factory targets,
            Way way,
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
        } else if (step instanceof Step.Requests requests && setting.way() == Way.DIRECT) {
            requests(requests);
        } else if (step instanceof Step.Calls calls && setting.way() != Way.DIRECT) {
            calls(calls);
        }
    }

    private void requests(Step.Requests step) throws Exception {
        if (!manifests.gateways().contains(step.gateway())) {
            fail(step.line(), "there is no Gateway " + step.gateway());
            return;
        }
        CaseTarget target = target(step.gateway(), manifests.renderFor(step.gateway()));
        play(step.exchanges(), new TlsTrust(setting.certificates(), step.trusting()), target);
    }

    private void calls(Step.Calls step) throws Exception {
        CaseTarget target = target(step.from(), manifests.renderAll());
        List<Exchange> resolved = step.exchanges().stream().map(this::resolved).toList();
        play(resolved, new TlsTrust(setting.certificates(), null), target);
    }

    private CaseTarget target(ObjectName whose, Map<String, String> files) throws Exception {
        CaseTarget target = targets.get(whose);
        if (target == null) {
            target = setting.targets().start(whose);
            targets.put(whose, target);
        }
        if (upToDate.add(whose)) {
            target.serve(files);
        }
        return target;
    }

    /** A name in braces instead of a host stands for a pod's address. */
    private Exchange resolved(Exchange exchange) {
        Exchange.Target to = exchange.target();
        if (!to.host().startsWith("{")) {
            return exchange;
        }
        String[] address = setting.backends()
                .replace(played.file(), exchange.line(), to.host())
                .split(":");
        return exchange.to(new Exchange.Target(to.scheme(), address[0], Integer.parseInt(address[1]), to.path()));
    }

    private void play(List<Exchange> exchanges, TlsTrust trust, CaseTarget target) throws Exception {
        ExchangeRun run = new ExchangeRun(setting, trust, target);
        for (Exchange exchange : exchanges) {
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
