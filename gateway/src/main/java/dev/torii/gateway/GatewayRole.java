package dev.torii.gateway;

import dev.torii.config.compile.Compiled;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.live.Role;
import dev.torii.config.resource.ResourceSet;
import dev.torii.proxy.DataPlane;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.proxy.telemetry.ProxyMetrics.Reload;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What a gateway does with its configuration: it opens the listeners' ports. */
final class GatewayRole implements Role {

    private final SnapshotCompiler compiler;
    private final DataPlane plane;
    private final ProxyMetrics metrics;
    private volatile List<String> closedPorts = List.of();

    GatewayRole(Tracing tracing, DataPlane plane, ProxyMetrics metrics) {
        this.compiler = new SnapshotCompiler(tracing);
        this.plane = plane;
        this.metrics = metrics;
    }

    /** One line for each port of the newest snapshot that could not be opened. */
    List<String> closedPorts() {
        return closedPorts;
    }

    @Override
    public Compiled compile(ResourceSet resources) {
        return compiler.compile(resources, plane.snapshot());
    }

    @Override
    public CompletionStage<List<String>> serve(Snapshot snapshot) {
        return plane.apply(snapshot).map(this::problems).toCompletionStage();
    }

    private List<String> problems(DataPlane.Applied applied) {
        closedPorts = applied.closedPorts();
        metrics.portsClosed(closedPorts.size());
        List<String> problems = new ArrayList<>(closedPorts);
        problems.addAll(applied.tlsProblems());
        return problems;
    }

    @Override
    public void served(String version) {
        metrics.snapshotServed(version);
    }

    @Override
    public String summary(Snapshot snapshot) {
        int ports = snapshot.ports().size();
        return ports - closedPorts.size() + " of " + ports + " ports, "
                + snapshot.clusters().size() + " clusters";
    }

    @Override
    public void read(Outcome outcome, int errors, int warnings) {
        metrics.configRead(Reload.valueOf(outcome.name()), errors, warnings);
    }
}
