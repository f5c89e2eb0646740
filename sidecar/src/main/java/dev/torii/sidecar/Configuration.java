package dev.torii.sidecar;

import dev.torii.config.Finding;
import dev.torii.config.compile.Compiled;
import dev.torii.config.compile.SidecarView;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.source.Read;
import dev.torii.proxy.DataPlane;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.proxy.telemetry.ProxyMetrics.Reload;
import dev.torii.routing.Snapshot;
import io.vertx.core.Future;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What becomes of a read: an unreadable one changes nothing that serves; a readable one is compiled as this sidecar sees
 * it and, when it says something new, handed to both data planes. Called on the configuration's thread only.
 */
final class Configuration {

    private static final Logger LOG = System.getLogger("dev.torii.config");
    private static final long APPLY_SECONDS = 30;

    private final SnapshotCompiler compiler = new SnapshotCompiler();
    private final SidecarView view;
    private final List<DataPlane> planes;
    private final ProxyMetrics metrics;
    private Set<Finding> logged = Set.of();
    private volatile String served = "";

    Configuration(SidecarView view, List<DataPlane> planes, ProxyMetrics metrics) {
        this.view = view;
        this.planes = planes;
        this.metrics = metrics;
    }

    /** Version of the snapshot that is served; {@code ""} before the first complete one. */
    String served() {
        return served;
    }

    void changed(Read read) {
        if (!read.readable()) {
            report(read.findings(), Reload.REJECTED);
            String still = served.isEmpty() ? "nothing is served yet" : "still serving " + served;
            LOG.log(Level.WARNING, "configuration rejected; {0}", still);
            return;
        }
        Compiled compiled = compiler.compile(read.resources(), view);
        List<Finding> findings = new ArrayList<>(read.findings());
        findings.addAll(compiled.findings());
        Snapshot next = compiled.snapshot();
        boolean unchanged = next.version().equals(served);
        report(findings, unchanged ? Reload.UNCHANGED : Reload.APPLIED);
        if (!unchanged) {
            serve(next);
        }
    }

    private void serve(Snapshot next) {
        for (DataPlane plane : planes) {
            try {
                await(plane.apply(next)).tlsProblems().forEach(line -> LOG.log(Level.ERROR, line));
            } catch (ExecutionException | TimeoutException e) {
                LOG.log(Level.ERROR, "snapshot {0} could not be served: {1}", next.version(), e.getMessage());
                return;
            }
        }
        metrics.snapshotServed(next.version());
        served = next.version();
        LOG.log(
                Level.INFO,
                "serving snapshot {0}: {1} destinations, {2} ports of the app, {3} clusters",
                next.version(),
                next.mesh().destinations().size(),
                next.mesh().inbound().size(),
                next.clusters().size());
    }

    /** One line for each finding that is new since the last read. */
    private void report(List<Finding> findings, Reload result) {
        long errors = findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .count();
        findings.stream().filter(finding -> !logged.contains(finding)).forEach(finding -> {
            Level level = finding.severity() == Finding.Severity.ERROR ? Level.ERROR : Level.WARNING;
            LOG.log(level, finding.toString());
        });
        logged = new HashSet<>(findings);
        metrics.configRead(result, (int) errors, findings.size() - (int) errors);
    }

    /** The configuration's thread waits for the data plane, so that changes are applied one after the other. */
    private static <T> T await(Future<T> future) throws ExecutionException, TimeoutException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(APPLY_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        }
    }
}
