package dev.torii.testkit.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestsTest {

    private static final Path FILE = Path.of("Some.case");
    private static final ObjectName GATEWAY = new ObjectName("ns", "g");

    private final Manifests manifests = new Manifests(name -> name.equals("backend") ? "127.0.0.1:9" : null);

    @Test
    void keepsEveryDocumentAtItsLines() {
        apply(5, gateway("g"), "---", "# about a", object("A", "a"), "---", object("B", "b"));
        String text = manifests.renderFor(GATEWAY).get("Some.case");
        assertThat(text.lines().toList())
                .containsExactly(
                        "", "", "", "---", gateway("g"), "---", "# about a", object("A", "a"), "---", object("B", "b"));
    }

    @Test
    void replacesAndDeletes() {
        apply(2, object("A", "a"), "---", object("B", "b"));
        apply(9, "{kind: A, metadata: {namespace: ns, name: a}, spec: new}");
        assertThat(manifests.delete("B", new ObjectName("ns", "b"))).isTrue();
        assertThat(manifests.delete("B", new ObjectName("ns", "b"))).isFalse();
        assertThat(manifests.renderFor(GATEWAY).get("Some.case").lines().toList())
                .containsExactly(
                        "", "", "", "", "", "", "", "---", "{kind: A, metadata: {namespace: ns, name: a}, spec: new}");
    }

    @Test
    void leavesOutOtherGateways() {
        apply(2, gateway("g"), "---", gateway("other"), "---", object("A", "a"));
        assertThat(manifests.gateways()).containsExactly(GATEWAY, new ObjectName("ns", "other"));
        assertThat(manifests.renderFor(GATEWAY).get("Some.case"))
                .contains("name: g}")
                .contains("kind: A")
                .doesNotContain("other");
    }

    @Test
    void replacesNames() {
        apply(2, "{kind: A, metadata: {namespace: ns, name: a}, at: \"{backend}\"}");
        assertThat(manifests.renderFor(GATEWAY).get("Some.case")).contains("at: \"127.0.0.1:9\"");
        assertThatThrownBy(() -> apply(20, "kind: A", "at: {nobody}"))
                .hasMessage("Some.case:21: nobody knows {nobody}");
    }

    @Test
    void namesTheLineOfBadYaml() {
        assertThatThrownBy(() -> apply(7, "kind: [")).hasMessageStartingWith("Some.case:7: not YAML");
        assertThatThrownBy(() -> apply(7, "just text")).hasMessageStartingWith("Some.case:7: not an object");
    }

    @Test
    void tellsTheLineOfAFinding() {
        apply(2, object("A", "a"));
        assertThat(manifests.line("Some.case", 2)).isEqualTo(object("A", "a"));
        assertThat(manifests.line("Some.case", 99)).isEmpty();
        assertThat(manifests.line("other", 1)).isEmpty();
    }

    private void apply(int firstLine, String... lines) {
        manifests.apply(FILE, firstLine, List.of(lines));
    }

    private static String gateway(String name) {
        return object("Gateway", name);
    }

    private static String object(String kind, String name) {
        return "{kind: " + kind + ", metadata: {namespace: ns, name: " + name + "}}";
    }
}
