package dev.torii.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What {@code kubectl kustomize} makes of a folder.
 *
 * @param text all of it
 * @param typed what Kubernetes and the Gateway API define, read strictly: a field that is unknown or of another type fails
 * @param ours the kinds of torii.dev
 */
record Rendered(String text, List<HasMetadata> typed, List<Map<?, ?>> ours) {

    /** The model keeps fields that it does not know; a judge must not. */
    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    private static final KubernetesSerialization KINDS = new KubernetesSerialization();

    static Rendered of(Path folder) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("kustomize", ".txt");
        try {
            Process kubectl = new ProcessBuilder("kubectl", "kustomize", folder.toString())
                    .redirectError(errors.toFile())
                    .start();
            String text = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (kubectl.waitFor() != 0) {
                throw new IllegalStateException("kubectl kustomize " + folder + ": " + Files.readString(errors));
            }
            return read(text);
        } finally {
            Files.delete(errors);
        }
    }

    private static Rendered read(String text) {
        List<HasMetadata> typed = new ArrayList<>();
        List<Map<?, ?>> ours = new ArrayList<>();
        for (Object each : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
            Map<?, ?> document = (Map<?, ?>) each;
            String apiVersion = (String) document.get("apiVersion");
            if (apiVersion.startsWith("torii.dev/")) {
                ours.add(document);
            } else {
                typed.add((HasMetadata) STRICT.convertValue(
                        document, KINDS.getRegisteredKubernetesResource(apiVersion, (String) document.get("kind"))));
            }
        }
        return new Rendered(text, typed, ours);
    }

    <T extends HasMetadata> Stream<T> all(Class<T> type) {
        return typed.stream().filter(type::isInstance).map(type::cast);
    }

    /** The one of that name. */
    <T extends HasMetadata> T one(Class<T> type, String namespace, String name) {
        List<T> found = all(type)
                .filter(each -> name.equals(each.getMetadata().getName())
                        && (namespace.isEmpty()
                                || namespace.equals(each.getMetadata().getNamespace())))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " of " + type.getSimpleName() + " " + namespace + "/" + name);
        }
        return found.get(0);
    }
}
