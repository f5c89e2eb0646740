package dev.torii.cli.mesh;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives all its test classes one {@link MeshPods}, made for the first of them and gone after the last test of the run. */
final class SharedMesh implements BeforeAllCallback, ParameterResolver {

    /** The pods and their folder, as JUnit closes them. The folder of pods that do not start stays: it says why. */
    private static final class Held implements AutoCloseable {

        private final Path home;
        private final MeshPods mesh;

        Held() {
            try {
                home = Files.createTempDirectory("torii-mesh");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            mesh = new MeshPods(home);
        }

        @Override
        public void close() throws IOException {
            mesh.close();
            try (Stream<Path> all = Files.walk(home)) {
                List<Path> innermostFirst =
                        all.sorted(Comparator.reverseOrder()).toList();
                for (Path each : innermostFirst) {
                    Files.delete(each);
                }
            }
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        boolean rootOnLinux = Files.exists(Path.of("/proc/self/status"))
                && Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        assumeTrue(rootOnLinux, "network namespaces need root on Linux: the mesh is not tested here");
        mesh(context);
    }

    private static MeshPods mesh(ExtensionContext context) {
        ExtensionContext.Store run = context.getRoot().getStore(Namespace.create(SharedMesh.class));
        return run.computeIfAbsent(Held.class, key -> new Held(), Held.class).mesh;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MeshPods.class;
    }

    @Override
    public MeshPods resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return mesh(context);
    }
}
