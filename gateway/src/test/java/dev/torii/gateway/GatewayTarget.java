package dev.torii.gateway;

import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.testkit.Await;
import dev.torii.testkit.ConfigFolder;
import dev.torii.testkit.cases.CaseTarget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A gateway that follows a folder, as {@code ./torii gateway --config FOLDER} does. */
final class GatewayTarget implements CaseTarget {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ConfigFolder folder = new ConfigFolder();
    private @Nullable TestGateway gateway;

    @Override
    public void serve(Map<String, String> manifests) {
        folder.turnTo(manifests);
        Read read = ManifestReader.read(List.of(folder.path()));
        if (!read.readable()) {
            throw new IllegalStateException("the manifests cannot be read: " + read.findings());
        }
        String expected =
                new SnapshotCompiler().compile(read.resources()).snapshot().version();
        Gateway serving = running().gateway();
        if (!Await.until(LIMIT, () -> serving.servedVersion().equals(expected))) {
            throw new IllegalStateException("snapshot " + expected + " is not served, but " + serving.servedVersion());
        }
    }

    @Override
    public int port(int configured) {
        return gateway == null ? -1 : gateway.port(configured);
    }

    @Override
    public void close() {
        if (gateway != null) {
            gateway.close();
        }
        folder.close();
    }

    private TestGateway running() {
        if (gateway == null) {
            gateway = new TestGateway(folder.path());
        }
        return gateway;
    }
}
