package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.testkit.cases.CaseFiles;
import dev.torii.testkit.cases.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What an API server with our CRDs takes and what a reader takes are the same: every manifest of our kinds in the house, good
 * and bad, and every one with a single thing in it changed, is judged by both.
 */
class CrdAgreementTest {

    private static final Path HOUSE = Path.of("..");

    /** What no schema can tell; status tells it. */
    private static final Pattern ONLY_THE_READER = Pattern.compile(
            ".* is no RE2 expression.*|.* is too large an expression|a path must .*|`value` must .*|header `.*` is there twice"
                    + "|`requests` must be at most .* for each millisecond.*|`burst` must be filled again.*"
                    + "|`redis` must be a URI .*");

    /** What the compiler tells, not the reader. */
    private static final Pattern ONLY_THE_COMPILER = Pattern.compile("the target must be .*|a Namespace has no parts");

    private static final List<Object> VALUES = List.of(
            -1,
            0,
            1,
            101,
            20_000,
            Integer.MAX_VALUE,
            0.5,
            "",
            "a",
            "/a",
            "A b",
            "0s",
            "745h",
            true,
            false,
            List.of(),
            Map.of());

    private static final int TIMES = 3;

    private final Map<String, Integer> mutated = new HashMap<>();
    private final Map<String, CrdValidation> validations = Crd.KINDS.stream()
            .collect(Collectors.toMap(kind -> kind, kind -> new CrdValidation(new Crd(kind).schema())));

    @Test
    void everyManifestOfTheHouse() throws IOException {
        List<Map<String, Object>> all = manifests();
        List<String> disagreements = new ArrayList<>();
        Map<String, Integer> good = new HashMap<>();
        Map<String, Integer> bad = new HashMap<>();
        for (Map<String, Object> each : all) {
            disagreements.addAll(disagreements(each));
            (errors(each).isEmpty() ? good : bad).merge(String.valueOf(each.get("kind")), 1, Integer::sum);
        }
        assertThat(disagreements).isEmpty();
        assertThat(good).as("good ones").containsOnlyKeys(Crd.KINDS);
        assertThat(bad).as("bad ones").containsOnlyKeys(Crd.KINDS);
    }

    @Test
    void everyManifestWithOneThingChanged() throws IOException {
        TreeSet<String> disagreements = new TreeSet<>();
        int[] mutants = new int[2];
        for (Map<String, Object> good : manifests()) {
            if (errors(good).isEmpty()) {
                mutate(good.get("kind") + " spec", good.get("spec"), value -> good.put("spec", value), () -> {
                    mutants[errors(good).isEmpty() ? 0 : 1]++;
                    disagreements.addAll(disagreements(good));
                });
            }
        }
        assertThat(disagreements).isEmpty();
        assertThat(mutants[0]).as("that are good all the same").isGreaterThan(100);
        assertThat(mutants[1]).as("that are bad").isGreaterThan(1000);
    }

    /** The schema's defaults must be the reader's: what is stored with them has to mean the same. */
    @Test
    void defaultsChangeNothing() throws IOException {
        for (Map<String, Object> each : manifests()) {
            if (errors(each).isEmpty()) {
                Map<String, Object> filled = copy(each);
                validations.get(String.valueOf(each.get("kind"))).problems(filled);
                assertThat(meaning(filled)).isEqualTo(meaning(each));
            }
        }
    }

    private static String meaning(Map<String, Object> manifest) {
        return ManifestReader.parse("manifest", yaml(manifest)).resources().all().stream()
                .map(resource -> resource.toString().replaceAll("Metadata\\[[^]]*]", ""))
                .toList()
                .toString();
    }

    private List<String> disagreements(Map<String, Object> manifest) {
        List<String> errors = errors(manifest);
        List<String> problems =
                validations.get(String.valueOf(manifest.get("kind"))).problems(copy(manifest));
        if (errors.isEmpty()) {
            problems = problems.stream()
                    .filter(each -> !ONLY_THE_COMPILER.matcher(each).matches())
                    .toList();
        }
        boolean forgiven =
                errors.stream().allMatch(each -> ONLY_THE_READER.matcher(each).matches());
        if (errors.isEmpty() == problems.isEmpty() || problems.isEmpty() && forgiven) {
            return List.of();
        }
        return List.of((errors.isEmpty() ? "only the schema: " + problems : "only the reader: " + errors) + " "
                + manifest.get("spec"));
    }

    private static List<String> errors(Map<String, Object> manifest) {
        return ManifestReader.parse("manifest", yaml(manifest)).findings().stream()
                .filter(Finding::isError)
                .map(Finding::message)
                .toList();
    }

    private static String yaml(Map<String, Object> manifest) {
        return new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.FLOW)
                        .setDefaultScalarStyle(ScalarStyle.PLAIN)
                        .setWidth(100_000)
                        .build())
                .dumpToString(manifest);
    }

    /** Tries other values in the place of this one and of all in it, twice for each path; leaves everything as it was. */
    private void mutate(String path, Object value, Consumer<Object> put, Runnable tried) {
        if (mutated.merge(path, 1, Integer::sum) > TIMES) {
            return;
        }
        for (Object other : VALUES) {
            put.accept(other);
            tried.run();
        }
        put.accept(value);
        if (value instanceof Map<?, ?>) {
            Map<String, Object> map = Crd.mapping(value);
            for (String name : List.copyOf(map.keySet())) {
                Object field = map.remove(name);
                tried.run();
                map.put(name, field);
                mutate(path + "." + name, field, each -> map.put(name, each), tried);
            }
            map.put("unheard", 1);
            tried.run();
            map.remove("unheard");
        } else if (value instanceof List<?>) {
            @SuppressWarnings("unchecked") // of a manifest
            List<Object> list = (List<Object>) value;
            for (int i = 0; i < list.size(); i++) {
                int at = i;
                mutate(path + "[]", list.get(at), each -> list.set(at, each), tried);
                list.add(list.get(at));
                tried.run();
                list.remove(list.size() - 1);
            }
        }
    }

    /** All of our kinds in the house that are in files of their own, in cases, and in texts of tests. */
    private static List<Map<String, Object>> manifests() throws IOException {
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
            for (Path file : files.filter(CrdAgreementTest::isOurs).sorted().toList()) {
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

    private static Map<String, Object> copy(Map<String, Object> manifest) {
        return Crd.mapping(copyOf(manifest));
    }

    private static Object copyOf(Object value) {
        if (value instanceof Map<?, ?>) {
            Map<String, Object> copy = new LinkedHashMap<>();
            Crd.mapping(value).forEach((name, each) -> copy.put(name, copyOf(each)));
            return copy;
        } else if (value instanceof List<?> list) {
            return new ArrayList<>(list.stream().map(CrdAgreementTest::copyOf).toList());
        }
        return value;
    }
}
