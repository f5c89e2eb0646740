package dev.torii.testkit.kube;

import dev.torii.testkit.Await;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Kinds that an API server learns. */
final class Crds {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Crds() {}

    /** The folder with the house's own. */
    static Path ours() {
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("src/kubernetes/crds"))) {
                return at.resolve("src/kubernetes/crds");
            }
        }
        throw new IllegalStateException("no src/kubernetes/crds above " + start);
    }

    /** Installs all of a folder, and waits until they are served. */
    static void install(KubernetesClient client, Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> manifests = files.filter(each -> each.toString().endsWith(".yaml"))
                    .filter(each -> !each.endsWith("kustomization.yaml"))
                    .toList();
            for (Path each : manifests) {
                install(client, Files.newInputStream(each));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void install(KubernetesClient client, InputStream yaml) throws IOException {
        try (yaml) {
            var definitions = client.apiextensions().v1().customResourceDefinitions();
            CustomResourceDefinition definition = definitions.load(yaml).item();
            var installed = definitions.resource(definition);
            installed.createOr(NonDeletingOperation::update);
            boolean served = Await.until(PATIENCE, () -> isEstablished(installed.get()));
            if (!served) {
                throw new IllegalStateException(definition.getMetadata().getName() + " is not established");
            }
        }
    }

    private static boolean isEstablished(CustomResourceDefinition definition) {
        return definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(each -> each.getType().equals("Established")
                                && each.getStatus().equals("True"));
    }
}
