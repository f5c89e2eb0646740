package dev.torii.gateway;

import dev.torii.config.Finding;
import dev.torii.config.compile.Compiled;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.source.Read;
import dev.torii.proxy.DataPlane;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.proxy.telemetry.ProxyMetrics.Reload;
import dev.torii.routing.Snapshot;
import io.vertx.core.Future;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What becomes of a read: an unreadable one changes nothing that serves; a readable one is compiled and, when it says
 * something new, handed to the data plane. Either way its findings go to the log and the metrics. Not for an event loop:
 * waits for the data plane, one change after the other.
 */
final class Configuration {

    private static final Logger LOG = System.getLogger("dev.torii.config");
    private static final long APPLY_SECONDS = 30;

    private final SnapshotCompiler compiler = new SnapshotCompiler();
    private final DataPlane plane;
    private final ProxyMetrics metrics;
    private Set<Finding> logged = Set.of();
    private List<String> tlsProblems = List.of();
    private volatile List<String> closedPorts = List.of();
    private volatile boolean complete;
    private volatile String served = "";

    Configuration(DataPlane plane, ProxyMetrics metrics) {
        this.plane = plane;
        this.metrics = metrics;
    }

    /** Whether a first complete snapshot is being served. */
    boolean isComplete() {
        return complete;
    }

    /** One line for each port of the newest snapshot that could not be opened. */
    List<String> closedPorts() {
        return closedPorts;
    }

    /** Version of the last snapshot that was put in place with its ports; {@code ""} before the first. */
    String served() {
        return served;
    }

    synchronized void changed(Read read) {
        if (!read.readable()) {
            report(read.findings(), Reload.REJECTED);
            LOG.log(
                    Level.WARNING,
                    complete
                            ? "configuration rejected; still serving "
                                    + plane.snapshot().version()
                            : "configuration rejected; nothing is served yet");
            return;
        }
        Compiled compiled = compiler.compile(read.resources(), plane.snapshot());
        List<Finding> findings = new java.util.ArrayList<>(read.findings());
        findings.addAll(compiled.findings());
        Snapshot next = compiled.snapshot();
        boolean unchanged = complete
                && closedPorts.isEmpty()
                && next.version().equals(plane.snapshot().version());
        report(findings, unchanged ? Reload.UNCHANGED : Reload.APPLIED);
        if (!unchanged) {
            serve(next);
        }
    }

    /** Tries again to open what was in use. */
    synchronized void retryClosedPorts() {
        if (!closedPorts.isEmpty()) {
            serve(plane.snapshot());
        }
    }

    private void serve(Snapshot next) {
        DataPlane.Applied applied;
        try {
            applied = await(plane.apply(next));
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.ERROR, "snapshot {0} could not be served: {1}", next.version(), e.getMessage());
            return;
        }
        boolean news = !next.version().equals(served) || !applied.closedPorts().equals(closedPorts);
        logNew(closedPorts, applied.closedPorts());
        logNew(tlsProblems, applied.tlsProblems());
        closedPorts = applied.closedPorts();
        tlsProblems = applied.tlsProblems();
        metrics.portsClosed(closedPorts.size());
        complete = true;
        if (!next.version().equals(served)) {
            metrics.snapshotServed(next.version());
            served = next.version();
        }
        if (news) {
            LOG.log(
                    Level.INFO,
                    "serving snapshot {0}: {1} of {2} ports, {3} clusters",
                    next.version(),
                    next.ports().size() - closedPorts.size(),
                    next.ports().size(),
                    next.clusters().size());
        }
    }

    private static void logNew(List<String> before, List<String> now) {
        now.stream().filter(line -> !before.contains(line)).forEach(line -> LOG.log(Level.ERROR, line));
    }

    /** One line for each finding that is new since the last read. */
    private void report(List<Finding> findings, Reload result) {
        int errors = 0;
        for (Finding finding : findings) {
            boolean error = finding.severity() == Finding.Severity.ERROR;
            errors += error ? 1 : 0;
            if (!logged.contains(finding)) {
                LOG.log(error ? Level.ERROR : Level.WARNING, finding.toString());
            }
        }
        logged = new HashSet<>(findings);
        metrics.configRead(result, errors, findings.size() - errors);
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
