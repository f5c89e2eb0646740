package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * What an API server with our CRDs takes and what a reader takes are the same: every manifest of our kinds in the house, good
 * and bad, and every one with a single thing in it changed, is judged by both.
 */
class CrdAgreementTest {

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
        List<Map<String, Object>> all = HouseManifests.all();
        List<String> disagreements = new ArrayList<>();
        Map<String, Integer> good = new HashMap<>();
        Map<String, Integer> bad = new HashMap<>();
        for (Map<String, Object> each : all) {
            disagreements.addAll(disagreements(each));
            (errors(each).isEmpty() ? good : bad).merge(String.valueOf(each.get("kind")), 1, Integer::sum);
        }
        assertThat(disagreements).isEmpty();
        if (System.getenv("KUBEBUILDER_ASSETS") != null) {
            assertThat(misjudged(all)).isEmpty();
        }
        assertThat(good).as("good ones").containsOnlyKeys(Crd.KINDS);
        assertThat(bad).as("bad ones").containsOnlyKeys(Crd.KINDS);
    }

    /** Those of which an API server thinks otherwise than we think that it does. */
    private List<String> misjudged(List<Map<String, Object>> all) {
        List<String> misjudged = new ArrayList<>();
        try (ApiServer server = ApiServer.start()) {
            for (Map<String, Object> each : all) {
                Map<String, Object> object = HouseManifests.copy(each);
                object.put("metadata", Map.of("name", "judged", "namespace", "default"));
                String answer = answer(server, object);
                List<String> problems =
                        validations.get(String.valueOf(each.get("kind"))).problems(object);
                if (problems.isEmpty() != answer.isEmpty()) {
                    misjudged.add(problems + " but the API server: " + answer + " " + each);
                }
            }
        }
        return misjudged;
    }

    /** Why it is refused; nothing, when it would be taken. */
    private static String answer(ApiServer server, Map<String, Object> object) {
        try {
            var resource =
                    server.client().getKubernetesSerialization().convertValue(object, GenericKubernetesResource.class);
            server.of(resource.getApiVersion(), resource.getKind())
                    .inNamespace("default")
                    .resource(resource)
                    .dryRun()
                    .fieldValidation(FieldValidateable.Validation.STRICT)
                    .create();
            return "";
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void everyManifestWithOneThingChanged() throws IOException {
        TreeSet<String> disagreements = new TreeSet<>();
        int[] mutants = new int[2];
        for (Map<String, Object> good : HouseManifests.all()) {
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
        for (Map<String, Object> each : HouseManifests.all()) {
            if (errors(each).isEmpty()) {
                Map<String, Object> filled = HouseManifests.copy(each);
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
                validations.get(String.valueOf(manifest.get("kind"))).problems(HouseManifests.copy(manifest));
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
}
