package dev.torii.sidecar;

import dev.torii.config.compile.SidecarView;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.testkit.Await;
import dev.torii.testkit.ConfigFolder;
import dev.torii.testkit.cases.CaseTarget;
import dev.torii.testkit.cases.ObjectName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A sidecar that follows a folder, as {@code ./torii sidecar --config FOLDER --service NAMESPACE/NAME} does. */
final class SidecarTarget implements CaseTarget {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ConfigFolder folder = new ConfigFolder();
    private final ObjectName caller;
    private @Nullable TestSidecar sidecar;

    SidecarTarget(ObjectName caller) {
        this.caller = caller;
    }

    @Override
    public void serve(Map<String, String> manifests) {
        folder.turnTo(manifests);
        Read read = ManifestReader.read(List.of(folder.path()));
        if (!read.readable()) {
            throw new IllegalStateException("the manifests cannot be read: " + read.findings());
        }
        SidecarView view = new SidecarView(caller.namespace(), caller.name(), List.of());
        String expected = new SnapshotCompiler()
                .compile(read.resources(), view)
                .snapshot()
                .version();
        Sidecar serving = running().sidecar();
        if (!Await.until(LIMIT, () -> serving.servedVersion().equals(expected))) {
            throw new IllegalStateException("snapshot " + expected + " is not served, but " + serving.servedVersion());
        }
    }

    /** Whatever the app connects to, its sidecar takes it. */
    @Override
    public int port(int configured) {
        return sidecar == null ? -1 : sidecar.outbound();
    }

    @Override
    public void close() {
        if (sidecar != null) {
            sidecar.close();
        }
        folder.close();
    }

    private TestSidecar running() {
        if (sidecar == null) {
            sidecar = TestSidecar.start(folder.path(), caller.namespace(), caller.name());
        }
        return sidecar;
    }
}
