package dev.torii.gateway;

import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.testkit.Await;
import dev.torii.testkit.cases.CaseTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that follows a folder, as {@code ./torii gateway --config FOLDER} does. The folder is a link that is turned to
 * a new version at once, as Kubernetes does with a mounted ConfigMap.
 */
final class GatewayTarget implements CaseTarget {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Path home;
    private final Path config;
    private @Nullable TestGateway gateway;
    private int versions;

    GatewayTarget() throws IOException {
        home = Files.createTempDirectory("torii-case");
        config = home.resolve("config");
    }

    @Override
    public void serve(Map<String, String> manifests) throws IOException {
        turnTo(write(manifests));
        Read read = ManifestReader.read(List.of(config));
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
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestGateway running() {
        if (gateway == null) {
            gateway = new TestGateway(config);
        }
        return gateway;
    }

    private Path write(Map<String, String> manifests) throws IOException {
        Path version = Files.createDirectory(home.resolve("version-" + versions++));
        for (Map.Entry<String, String> file : manifests.entrySet()) {
            String name = Path.of(file.getKey()).getFileName() + ".yaml";
            Files.writeString(version.resolve(name), file.getValue());
        }
        return version;
    }

    private void turnTo(Path version) throws IOException {
        Path link = Files.createSymbolicLink(home.resolve("next"), version);
        Files.move(link, config, StandardCopyOption.ATOMIC_MOVE);
    }
}
