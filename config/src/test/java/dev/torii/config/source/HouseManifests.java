package dev.torii.config.source;

import dev.torii.testkit.cases.CaseFiles;
import dev.torii.testkit.cases.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Manifests of our own kinds, wherever they are in the house: good ones and bad ones. */
final class HouseManifests {

    private static final Path HOUSE = Path.of("..");

    private HouseManifests() {}

    /** All of our kinds in the house that are in files of their own, in cases, and in texts of tests. */
    static List<Map<String, Object>> all() throws IOException {
        Map<String, Map<String, Object>> distinct = new LinkedHashMap<>();
        Consumer<String> take =
                text -> documents(text).forEach(each -> distinct.putIfAbsent(String.valueOf(each), each));
        CaseFiles.find()
                .all("*")
                .forEach(each -> each.steps().forEach(step -> {
                    if (step instanceof Step.Apply apply) {
                        take.accept(String.join("\n", apply.body()));
                    }
                }));
        try (Stream<Path> files = Files.walk(HOUSE)) {
            for (Path file : files.filter(HouseManifests::isOurs).sorted().toList()) {
                String text = Files.readString(file);
                if (file.toString().endsWith(".java")) {
                    Matcher block = Pattern.compile("\"\"\"\n(.*?)\"\"\"", Pattern.DOTALL)
                            .matcher(text);
                    while (block.find()) {
                        take.accept(block.group(1).stripIndent());
                    }
                } else {
                    take.accept(text);
                }
            }
        }
        return List.copyOf(distinct.values());
    }

    private static boolean isOurs(Path file) {
        String path = file.toString();
        return path.matches(".*\\.(yaml|java)") && !path.contains("/target/") && !path.contains("/crds/");
    }

    private static List<Map<String, Object>> documents(String text) {
        List<Map<String, Object>> ours = new ArrayList<>();
        if (!text.contains("torii.dev/v1alpha1")) {
            return ours;
        }
        try {
            for (Object each :
                    new Load(LoadSettings.builder().build()).loadAllFromString(text.replace(".nan", "nan"))) {
                if (each instanceof Map<?, ?> map
                        && "torii.dev/v1alpha1".equals(map.get("apiVersion"))
                        && map.get("spec") instanceof Map
                        && map.get("metadata") instanceof Map) {
                    ours.add(copy(Crd.mapping(each)));
                }
            }
        } catch (YamlEngineException isNoYaml) {
            // A text with holes for a test to fill in; what came before the first one counts.
        }
        return ours;
    }

    static Map<String, Object> copy(Map<String, Object> manifest) {
        return Crd.mapping(copyOf(manifest));
    }

    private static Object copyOf(Object value) {
        if (value instanceof Map<?, ?>) {
            Map<String, Object> copy = new LinkedHashMap<>();
            Crd.mapping(value).forEach((name, each) -> copy.put(name, copyOf(each)));
            return copy;
        } else if (value instanceof List<?> list) {
            return new ArrayList<>(list.stream().map(HouseManifests::copyOf).toList());
        }
        return value;
    }
}
