package dev.torii.injector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ManifestInjectionTest {

    private final ManifestInjection injection = new ManifestInjection(new Injector(Pods.SETTINGS));

    private static List<JsonNode> documents(String yaml) throws Exception {
        try (MappingIterator<JsonNode> all =
                new ObjectMapper(new YAMLFactory()).readerFor(JsonNode.class).readValues(yaml)) {
            return all.readAll();
        }
    }

    private static String manifest(String apiVersion, String kind, String path) {
        StringBuilder yaml =
                new StringBuilder("apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: web}\n");
        String indent = "";
        for (String field : path.split("/", -1)) {
            if (!field.isEmpty()) {
                yaml.append(indent).append(field).append(":\n");
                indent += "  ";
            }
        }
        return yaml.append(indent)
                .append("spec: {containers: [{name: web, image: 'web:1'}]}\n")
                .toString();
    }

    @ParameterizedTest
    @CsvSource({
        "v1, Pod, ''",
        "v1, ReplicationController, /spec/template",
        "apps/v1, Deployment, /spec/template",
        "apps/v1, StatefulSet, /spec/template",
        "apps/v1, DaemonSet, /spec/template",
        "apps/v1, ReplicaSet, /spec/template",
        "batch/v1, Job, /spec/template",
        "batch/v1, CronJob, /spec/jobTemplate/spec/template",
    })
    void whateverMakesPods(String apiVersion, String kind, String path) throws Exception {
        ManifestInjection.Done done = injection.inject("a.yaml", manifest(apiVersion, kind, path));
        JsonNode pod = documents(done.yaml()).get(0).at(path);
        assertThat(pod.at("/spec/initContainers/1/name").asText()).isEqualTo("torii-sidecar");
        assertThat(pod.at("/metadata/annotations").has("torii.dev/status")).isTrue();
        assertThat(done.errors()).isEmpty();
    }

    @Test
    void otherDocumentsStayAndListsAreLookedInto() throws Exception {
        String yaml = """
                # a comment
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec: {ports: [{port: 80}]}
                ---
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: b}]}}
                - {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {yes: "on", octal: "0777", n: "1e3", t: "12:30:00", z: "null", m: "a: b", e: ""}}
                ---
                apiVersion: example.com/v1
                kind: Deployment
                spec: {template: {spec: {containers: []}}}
                """;
        List<JsonNode> before = documents(yaml);
        List<JsonNode> after = documents(injection.inject("a.yaml", yaml).yaml());
        assertThat(after).hasSize(3);
        assertThat(after.get(0)).isEqualTo(before.get(0));
        assertThat(after.get(1).at("/items/0/spec/initContainers")).hasSize(2);
        assertThat(after.get(1).at("/items/1")).isEqualTo(before.get(1).at("/items/1"));
        assertThat(after.get(2)).isEqualTo(before.get(2));
    }

    @Test
    void twiceIsAsOnce() throws Exception {
        String once = injection
                .inject("a.yaml", manifest("apps/v1", "Deployment", "/spec/template"))
                .yaml();
        assertThat(injection.inject("a.yaml", once).yaml()).isEqualTo(once);
    }

    @Test
    void whatIsLeftOutAndWhatIsWrongIsTold() throws Exception {
        ManifestInjection.Done done = injection.inject("a.yaml", """
                {kind: Pod, apiVersion: v1, metadata: {name: a}, spec: {hostNetwork: true, containers: [{name: a}]}}
                ---
                {kind: Pod, apiVersion: v1, metadata: {name: b, annotations: {torii.dev/app-ports: x}}, spec: {containers: [{name: a}]}}
                """);
        assertThat(done.remarks()).singleElement().asString().startsWith("Pod a: not injected");
        assertThat(done.errors()).singleElement().asString().startsWith("Pod b: annotation `torii.dev/app-ports`");
    }

    @Test
    void badYamlIsOneLineWithItsPlace() {
        assertThatThrownBy(() -> injection.inject("a.yaml", "kind: Pod\nspec: [\n"))
                .isInstanceOf(ManifestInjection.UnreadableManifest.class)
                .hasMessageStartingWith("a.yaml:2:")
                .message()
                .hasLineCount(1);
    }
}
