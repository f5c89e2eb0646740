package dev.torii.sidecar;

import dev.torii.config.compile.Compiled;
import dev.torii.config.compile.SidecarView;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.live.Role;
import dev.torii.config.resource.ResourceSet;
import dev.torii.proxy.DataPlane;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.proxy.telemetry.ProxyMetrics.Reload;
import dev.torii.routing.Mesh;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Tracing;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What a sidecar does with its configuration: both directions serve it as this one sees it. */
final class SidecarRole implements Role {

    private final SnapshotCompiler compiler;
    private final Supplier<SidecarView> view;
    private final DataPlane inbound;
    private final DataPlane outbound;
    private final ProxyMetrics metrics;
    private final Footprint footprint;

    SidecarRole(
            Tracing tracing,
            Supplier<SidecarView> view,
            DataPlane inbound,
            DataPlane outbound,
            ProxyMetrics metrics,
            Footprint footprint) {
        this.compiler = new SnapshotCompiler(tracing);
        this.view = view;
        this.inbound = inbound;
        this.outbound = outbound;
        this.metrics = metrics;
        this.footprint = footprint;
    }

    @Override
    public Compiled compile(ResourceSet resources) {
        return compiler.compile(resources, view.get());
    }

    /** Both read the same certificates, so one tells what is wrong with them. */
    @Override
    public CompletionStage<List<String>> serve(Snapshot snapshot) {
        Future<DataPlane.Applied> in = inbound.apply(inboundOnly(snapshot));
        Future<DataPlane.Applied> out = outbound.apply(snapshot);
        return Future.all(in, out).map(both -> out.result().tlsProblems()).toCompletionStage();
    }

    /** What the app may call concerns the other direction: half of the plans need not be made. */
    private static Snapshot inboundOnly(Snapshot all) {
        Mesh mesh = Mesh.of(all.mesh().namespace(), List.of(), all.mesh().inbound());
        return new Snapshot(all.version(), all.ports(), all.clusters(), mesh);
    }

    @Override
    public void served(String version) {
        metrics.snapshotServed(version);
        footprint.settle();
    }

    @Override
    public String summary(Snapshot snapshot) {
        return snapshot.mesh().directory().size() + " Services, "
                + snapshot.mesh().inbound().size() + " ports of the app, "
                + snapshot.clusters().size() + " clusters";
    }

    @Override
    public void read(Outcome outcome, int errors, int warnings) {
        metrics.configRead(Reload.valueOf(outcome.name()), errors, warnings);
    }
}
