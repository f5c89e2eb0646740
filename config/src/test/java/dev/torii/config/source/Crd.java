package dev.torii.config.source;

import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.Positions;
import dev.torii.config.resource.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * The CustomResourceDefinition of a kind of ours: the schema is what its reader asks for ({@link Shape}); what fields mean,
 * and rules over several of them, are the notes in {@code src/test/resources/crds}.
 */
final class Crd {

    static final List<String> KINDS = List.of("BackendPolicy", "FaultPolicy", "RateLimitPolicy", "TelemetryPolicy");

    private static final String VERSION = "v1alpha1";
    private static final List<String> SHARED = List.of("targetRefs", "match");

    private final String kind;
    private final Map<String, Object> notes;
    private final Map<String, Object> common = load("common");
    private final Set<String> unused;
    private final Set<String> undescribed = new TreeSet<>();

    Crd(String kind) {
        this.kind = kind;
        this.notes = load(kind);
        this.unused = new TreeSet<>(mapping(notes.get("fields")).keySet());
    }

    /** Paths of fields that no note says the meaning of. */
    Set<String> undescribed() {
        return Set.copyOf(undescribed);
    }

    /** Paths of notes about fields that no reader asks for. */
    Set<String> unused() {
        return Set.copyOf(unused);
    }

    String plural() {
        return String.valueOf(notes.get("plural"));
    }

    /** {@code openAPIV3Schema}, with defaults and rules. */
    Map<String, Object> schema() {
        Kinds.Kind known = Objects.requireNonNull(Kinds.find(Resource.TORII_GROUP + "/" + VERSION, kind));
        Metadata metadata = new Metadata("default", "probed", 0, 0, Map.of(), Map.of(), new Positions(path -> null));
        Shape shape = Shape.of(root -> known.reader().read(metadata, root));
        Map<String, Object> schema = shape.schema("", this::addNotes);
        schema.put("description", notes.get("description"));
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("apiVersion", Map.of("type", "string"));
        properties.put("kind", Map.of("type", "string"));
        properties.put("metadata", Map.of("type", "object"));
        properties.putAll(mapping(schema.get("properties")));
        properties.put("status", load("status"));
        schema.put("properties", properties);
        return schema;
    }

    private void addNotes(String path, Map<String, Object> schema) {
        Object own = mapping(notes.get("fields")).get(path);
        unused.remove(path);
        Map<String, Object> note =
                own instanceof Map ? mapping(own) : own == null ? Map.of() : Map.of("description", own);
        Object description = note.get("description") != null ? note.get("description") : shared(path);
        if (description != null) {
            schema.put("description", description);
        } else if (!path.isEmpty() && !path.endsWith("[]")) {
            undescribed.add(path);
        }
        schema.putAll(mapping(note.getOrDefault("schema", Map.of())));
        if (note.get("key") != null) {
            schema.put("x-kubernetes-list-type", "map");
            schema.put("x-kubernetes-list-map-keys", List.of(note.get("key")));
        } else if (note.get("set") != null) {
            schema.put("x-kubernetes-list-type", "set");
        }
        if (note.get("rules") != null) {
            schema.put("x-kubernetes-validations", note.get("rules"));
        }
    }

    private @Nullable Object shared(String path) {
        for (String root : SHARED) {
            int at = path.indexOf("." + root);
            if (at >= 0) {
                return common.get(path.substring(at + 1));
            }
        }
        return null;
    }

    /** The whole manifest. */
    String yaml() {
        Map<String, Object> version = new LinkedHashMap<>();
        version.put("name", VERSION);
        version.put("served", true);
        version.put("storage", true);
        version.put("additionalPrinterColumns", columns());
        version.put("subresources", Map.of("status", Map.of()));
        version.put("schema", Map.of("openAPIV3Schema", schema()));
        Map<String, Object> names = new LinkedHashMap<>();
        names.put("kind", kind);
        names.put("listKind", kind + "List");
        names.put("plural", plural());
        names.put("singular", kind.toLowerCase(Locale.ROOT));
        names.put("categories", List.of("gateway-api", "torii"));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("group", Resource.TORII_GROUP);
        spec.put("scope", "Namespaced");
        spec.put("names", names);
        spec.put("versions", List.of(version));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", plural() + "." + Resource.TORII_GROUP);
        metadata.put("labels", Map.of("gateway.networking.k8s.io/policy", "Direct"));
        Map<String, Object> crd = new LinkedHashMap<>();
        crd.put("apiVersion", "apiextensions.k8s.io/v1");
        crd.put("kind", "CustomResourceDefinition");
        crd.put("metadata", metadata);
        crd.put("spec", spec);
        return "# Made by CrdTest of what the reader asks for. To make it anew:\n"
                + "# mvn -pl config -am test -Dtest=CrdTest -Dtorii.write=true -Dsurefire.failIfNoSpecifiedTests=false\n"
                + dump(crd);
    }

    private List<Object> columns() {
        List<Object> columns = new ArrayList<>();
        columns.add(column("Targets", "string", ".spec.targetRefs[*].name", "What it is for."));
        columns.add(column(
                "Accepted",
                "string",
                ".status.ancestors[*].conditions[?(@.type==\"Accepted\")].status",
                "Whether it holds there."));
        columns.add(column("Age", "date", ".metadata.creationTimestamp", "How old it is."));
        return columns;
    }

    private static Map<String, Object> column(String name, String type, String path, String description) {
        Map<String, Object> column = new LinkedHashMap<>();
        column.put("name", name);
        column.put("type", type);
        column.put("jsonPath", path);
        column.put("description", description);
        return column;
    }

    private static String dump(Object value) {
        DumpSettings settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setDefaultScalarStyle(ScalarStyle.PLAIN)
                .setWidth(120)
                .setIndicatorIndent(0)
                .setDereferenceAliases(true)
                .build();
        return new Dump(settings).dumpToString(value);
    }

    static Map<String, Object> load(String name) {
        try (InputStream in = Objects.requireNonNull(Crd.class.getResourceAsStream("/crds/" + name + ".yaml"))) {
            return mapping(new Load(LoadSettings.builder().build()).loadFromInputStream(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked") // keys of YAML that we wrote
    static Map<String, Object> mapping(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }
}
