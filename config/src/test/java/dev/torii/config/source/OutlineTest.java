package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutlineTest {

    private static Value document(String text) {
        List<Value> documents = new ArrayList<>();
        YamlSyntax.documents("a.yaml", new StringReader(text), () -> text, finding -> {}, documents::add);
        return documents.get(0);
    }

    private static String at(String text, String path) {
        return Outline.of("a.yaml", document(text)).at(path).toString();
    }

    @Test
    void knowsWhereEachValueStandsAndTheNearestOfWhatDoesNot() {
        String text = """
                # a comment
                spec:
                  rules:
                  - name: one
                    a.b/c: [1, {deep: true}]
                  - {name: two}
                """;
        assertThat(at(text, "")).isEqualTo("a.yaml:2:1");
        assertThat(at(text, "spec.rules")).isEqualTo("a.yaml:4:3");
        assertThat(at(text, "spec.rules[0].name")).isEqualTo("a.yaml:4:11");
        assertThat(at(text, "spec.rules[0][a.b/c][1].deep")).isEqualTo("a.yaml:5:23");
        assertThat(at(text, "spec.rules[1].name")).isEqualTo("a.yaml:6:12");
        assertThat(at(text, "spec.rules[1].nome.x")).isEqualTo("a.yaml:6:5");
        assertThat(at(text, "spec.rules[7]")).isEqualTo("a.yaml:4:3");
        assertThat(at(text, "spec.rules[0")).isEqualTo("a.yaml:4:3");
    }

    @Test
    void farColumnsAndKeysOfAnyLanguage() {
        String text = "{" + "pad: " + "x".repeat(70_000) + ", größe: [1, 2]}";
        assertThat(at(text, "größe[1]")).isEqualTo("a.yaml:1:" + (text.indexOf("2]") + 1));
    }

    @Test
    void aliasesAreNotMultiplied() {
        String text = "a: &a [[1, 1], [1, 1]]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\nd: 1\n";
        assertThat(at(text, "b[2]")).isEqualTo("a.yaml:1:4");
        assertThat(at(text, "b[2][1][1]")).isEqualTo("a.yaml:1:4");
        assertThat(at(text, "d")).isEqualTo("a.yaml:4:4");
    }
}
