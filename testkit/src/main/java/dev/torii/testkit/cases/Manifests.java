package dev.torii.testkit.cases;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What is served at one moment of a case: documents, each knowing where it was written. Rendered back, every document
 * stands at its own lines and all else is blank, so that a finding's line is the line of the case.
 *
 * <p>Not for several threads.
 */
final class Manifests {

    private record Document(Path file, int firstLine, List<String> lines, String kind, ObjectName name) {}

    private final Symbols symbols;
    private final List<Document> documents = new ArrayList<>();

    Manifests(Symbols symbols) {
        this.symbols = symbols;
    }

    /**
     * Adds documents; one with the kind and name of an earlier one replaces it.
     *
     * @param firstLine the number of the first of these lines in its file
     */
    void apply(Path file, int firstLine, List<String> lines) {
        int start = 0;
        for (int i = 0; i <= lines.size(); i++) {
            if (i == lines.size() || lines.get(i).equals("---")) {
                add(file, firstLine + start, lines.subList(start, i));
                start = i + 1;
            }
        }
    }

    /** False when there is no such object. */
    boolean delete(String kind, ObjectName name) {
        return documents.removeIf(d -> d.kind().equals(kind) && d.name().equals(name));
    }

    /** All Gateways, in the order of the files. */
    List<ObjectName> gateways() {
        return documents.stream()
                .filter(Manifests::isGateway)
                .map(Document::name)
                .toList();
    }

    /**
     * The files as one gateway process is given them: without the other Gateways, each of which has an address of its own
     * in the suite, which one machine cannot give them all.
     */
    Map<String, String> renderFor(ObjectName gateway) {
        return render(d -> !isGateway(d) || d.name().equals(gateway));
    }

    /** The files with everything in them. */
    Map<String, String> renderAll() {
        return render(d -> true);
    }

    /** Each document by itself, in the order of the files. */
    List<String> texts() {
        return documents.stream().map(d -> String.join("\n", d.lines())).toList();
    }

    /** The line of a rendered file, for findings; {@code ""} when there is none. */
    String line(String file, int number) {
        String[] lines = renderAll().getOrDefault(file, "").split("\n", -1);
        return number >= 1 && number <= lines.length ? lines[number - 1] : "";
    }

    private Map<String, String> render(Predicate<Document> which) {
        Map<String, List<String>> files = new LinkedHashMap<>();
        for (Document document : documents) {
            if (which.test(document)) {
                place(document, files.computeIfAbsent(document.file().toString(), f -> new ArrayList<>()));
            }
        }
        Map<String, String> texts = new LinkedHashMap<>();
        files.forEach((file, lines) -> texts.put(file, String.join("\n", lines) + "\n"));
        return texts;
    }

    private static void place(Document document, List<String> lines) {
        int end = document.firstLine() - 1 + document.lines().size();
        while (lines.size() < end) {
            lines.add("");
        }
        if (document.firstLine() > 1) {
            lines.set(document.firstLine() - 2, "---");
        }
        for (int i = 0; i < document.lines().size(); i++) {
            lines.set(document.firstLine() - 1 + i, document.lines().get(i));
        }
    }

    private void add(Path file, int firstLine, List<String> raw) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < raw.size(); i++) {
            lines.add(symbols.replace(file, firstLine + i, raw.get(i)));
        }
        if (lines.stream().allMatch(l -> l.isBlank() || l.startsWith("#"))) {
            return;
        }
        Map<?, ?> root = parse(file, firstLine, String.join("\n", lines));
        Map<?, ?> metadata = root.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
        String kind = String.valueOf(root.get("kind"));
        ObjectName name = new ObjectName(text(metadata.get("namespace")), text(metadata.get("name")));
        delete(kind, name);
        documents.add(new Document(file, firstLine, lines, kind, name));
    }

    private static Map<?, ?> parse(Path file, int firstLine, String yaml) {
        try {
            Object root = new Load(LoadSettings.builder().build()).loadFromString(yaml);
            if (root instanceof Map<?, ?> map) {
                return map;
            }
        } catch (YamlEngineException e) {
            throw new CaseSyntaxException(file, firstLine, "not YAML: " + e.getMessage());
        }
        throw new CaseSyntaxException(file, firstLine, "not an object: " + yaml);
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static boolean isGateway(Document document) {
        return document.kind().equals("Gateway");
    }
}
