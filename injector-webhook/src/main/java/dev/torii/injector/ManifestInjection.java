package dev.torii.injector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The same offline: manifests in, manifests out. Pods get their sidecar, and so do the templates of whatever makes pods;
 * every other document comes out as it went in, but for comments and layout.
 */
public final class ManifestInjection {

    /** Where a kind keeps its pod. */
    private static final Map<String, String> POD_OF = Map.of(
            "Pod", "",
            "PodTemplate", "/template",
            "ReplicationController", "/spec/template",
            "apps/ReplicaSet", "/spec/template",
            "apps/Deployment", "/spec/template",
            "apps/StatefulSet", "/spec/template",
            "apps/DaemonSet", "/spec/template",
            "batch/Job", "/spec/template",
            "batch/CronJob", "/spec/jobTemplate/spec/template");

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .stringQuotingChecker(new Plain())
            .build());

    /** Leaves out only the quotes of what nobody could read as anything but text; Jackson's own would turn "1e3" into 1000. */
    private static final class Plain extends StringQuotingChecker.Default {

        private static final long serialVersionUID = 1L;
        private static final Pattern WORD = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*");

        @Override
        public boolean needToQuoteName(String name) {
            return needToQuoteValue(name);
        }

        @Override
        public boolean needToQuoteValue(String value) {
            return !WORD.matcher(value).matches() || isReservedKeyword(value);
        }
    }

    private final Injector injector;

    public ManifestInjection(Injector injector) {
        this.injector = injector;
    }

    /**
     * What came of some manifests.
     *
     * @param yaml all documents
     * @param remarks a line each, about what was left out or should be known
     * @param errors a line each, about what cannot have a sidecar
     */
    public record Done(String yaml, List<String> remarks, List<String> errors) {

        public Done {
            remarks = List.copyOf(remarks);
            errors = List.copyOf(errors);
        }
    }

    /** Cannot be read. */
    public static final class UnreadableManifest extends Exception {

        private static final long serialVersionUID = 1L;

        private UnreadableManifest(String message) {
            super(message);
        }
    }

    /**
     * Injects.
     *
     * @param source for messages
     */
    public Done inject(String source, String yaml) throws UnreadableManifest {
        StringBuilder out = new StringBuilder();
        List<String> remarks = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            while (documents.hasNextValue()) {
                JsonNode document = documents.nextValue();
                document(document, remarks, errors);
                out.append(YAML.writeValueAsString(document));
            }
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new UnreadableManifest(source + ":"
                    + (at == null ? "" : at.getLineNr() + ":" + at.getColumnNr() + ":") + " not YAML: "
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw new UnreadableManifest(source + ": " + e.getMessage());
        }
        return new Done(out.toString(), remarks, errors);
    }

    private void document(JsonNode document, List<String> remarks, List<String> errors) {
        if (document.path("kind").asText().endsWith("List")) {
            document.path("items").forEach(item -> document(item, remarks, errors));
            return;
        }
        ObjectNode pod = podOf(document);
        if (pod == null) {
            return;
        }
        String what = document.path("kind").asText() + " "
                + document.path("metadata").path("name").asText("without a name") + ": ";
        // Whoever names a file wants what is in it to have one.
        Injector.Outcome outcome = injector.inject(
                pod, document.path("metadata").path("namespace").asText(""), Injector.NamespaceSays.ENABLED);
        if (outcome instanceof Injector.Outcome.Injected injected) {
            injected.warnings().forEach(warning -> remarks.add(what + warning));
        } else if (outcome instanceof Injector.Outcome.Left left
                && !left.reason().isEmpty()) {
            remarks.add(what + left.reason());
        } else if (outcome instanceof Injector.Outcome.Refused refused) {
            errors.add(what + refused.reason());
        }
    }

    private static @Nullable ObjectNode podOf(JsonNode document) {
        String version = document.path("apiVersion").asText();
        int slash = version.indexOf('/');
        String group = slash < 0 ? "" : version.substring(0, slash + 1);
        String path = POD_OF.get(group + document.path("kind").asText());
        return path != null && document.at(path) instanceof ObjectNode pod ? pod : null;
    }
}
