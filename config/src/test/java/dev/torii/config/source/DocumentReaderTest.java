package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.torii.config.Finding;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Service;
import dev.torii.config.source.DocumentReader.Parsed;
import dev.torii.testkit.cases.Case;
import dev.torii.testkit.cases.CaseBackends;
import dev.torii.testkit.cases.CaseCertificates;
import dev.torii.testkit.cases.CaseCompiler;
import dev.torii.testkit.cases.CaseFiles;
import dev.torii.testkit.cases.ConfigRun;
import dev.torii.testkit.cases.Exchange;
import dev.torii.testkit.cases.ObjectName;
import dev.torii.testkit.cases.Symbols;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An object of a cluster is read as if it stood in a file. */
class DocumentReaderTest {

    private static final String ROUTE = """
            {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
             "metadata": {"namespace": "shop", "name": "cart", "uid": "1", "resourceVersion": "7", "generation": 3,
              "creationTimestamp": "2026-01-31T12:00:00Z", "managedFields": [{"manager": "kubectl"}],
              "ownerReferences": [{}], "finalizers": ["x"],
              "labels": {"app": "cart"}, "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}",
              "torii.dev/split-by": "header:x-user"}},
             "spec": %s, "status": {"parents": []}}""";

    @Test
    void whatFilesSayIsReadTheSameFromItsText() throws IOException {
        Set<String> texts = texts();
        int objects = 0;
        for (String text : texts) {
            List<Value> documents = new ArrayList<>();
            YamlSyntax.documents("a.yaml", new StringReader(text), () -> text, finding -> {}, documents::add);
            for (Value document : documents) {
                objects += sameFromJson(document) ? 1 : 0;
            }
        }
        assertThat(objects).isGreaterThan(300);
    }

    /** Whether there is an object to compare. */
    private static boolean sameFromJson(Value document) {
        Kinds.Kind kind = Kinds.find(ObjectReader.text(document, "apiVersion"), ObjectReader.text(document, "kind"));
        if (kind == null || !(document instanceof Value.Mapping mapping)) {
            return false;
        }
        String json = JsonText.of(kind, mapping);
        List<Finding> findings = new ArrayList<>();
        List<Resource> resources = new ArrayList<>();
        new ObjectReader(Origin.text("a.yaml"), findings::add, (resource, of, from) -> resources.add(resource))
                .readOne(document);
        Parsed parsed = DocumentReader.read(json);
        assertThat(json).doesNotContain("\n");
        List<String> said = said(parsed.findings());
        if (resources.isEmpty()) {
            // what is wrong with a label that nobody reads has not been handed on
            assertThat(said).as(json).hasSizeLessThanOrEqualTo(findings.size());
            return false;
        }
        assertThat(said).as(json).isEqualTo(said(findings));
        assertThat(parsed.document()).as(json).isEqualTo(new Document(resources.get(0), json));
        return true;
    }

    /** Without what is an error only in files. */
    private static List<String> said(List<Finding> findings) {
        return findings.stream()
                .filter(each -> !each.message().contains("unknown field"))
                .map(each -> each.severity() + " " + each.reason() + " " + each.message() + " " + each.object())
                .sorted()
                .toList();
    }

    /** All cases' manifests at each of their steps, and texts full of mistakes. */
    private static Set<String> texts() throws IOException {
        Set<String> texts = new LinkedHashSet<>();
        Symbols symbols = new CaseCertificates().or(CaseBackends.nobody());
        CaseFiles files = CaseFiles.find();
        CaseCompiler collecting = new CaseCompiler() {

            @Override
            public Compiled compile(Map<String, String> manifests) {
                texts.addAll(manifests.values());
                return new Compiled(List.of(), List.of());
            }

            @Override
            public Called call(Map<String, String> manifests, ObjectName from, Exchange exchange) {
                texts.addAll(manifests.values());
                return new Called("", Map.of(), Map.of());
            }
        };
        for (Case each : files.all("*")) {
            ConfigRun.play(each, files, symbols, collecting);
        }
        try (Stream<Path> broken = Files.list(Path.of("src/test/resources/findings"))) {
            for (Path file : broken.toList()) {
                texts.add(Files.readString(file));
            }
        }
        return texts;
    }

    @Test
    void theTextHasWhatIsReadAndNothingElse() {
        Parsed parsed = DocumentReader.read(ROUTE.formatted("{\"rules\": [{\"name\": \"one\"}]}"));
        assertThat(parsed.findings()).isEmpty();
        assertThat(parsed.document().json()).isEqualTo("""
                {"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{\
                "annotations":{"torii.dev/split-by":"header:x-user"},"creationTimestamp":"2026-01-31T12:00:00Z",\
                "generation":3,"labels":{},"name":"cart","namespace":"shop"},"spec":{"rules":[{"name":"one"}]}}""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"rules\": 1} | HTTPRoute shop/cart: spec.rules: error: InvalidType: `rules` must be a list, but is a number",
                "{\"rules\": [{}, {\"matches\": [{\"path\": {\"value\": \"x\"}}]}]} | HTTPRoute shop/cart:"
                        + " spec.rules[1].matches[0].path.value: error: InvalidValue: `value` must be a path that starts"
                        + " with `/` and has no spaces, but is `x`",
                "null | HTTPRoute shop/cart: error: MissingField: missing field `spec`",
            })
    void findingsNameTheField(String spec, String finding) {
        Parsed parsed = DocumentReader.read(ROUTE.formatted(spec));
        assertThat(parsed.document()).isNull();
        assertThat(parsed.findings()).extracting(Finding::toString).containsExactly(finding);
    }

    /** The API server would not have taken a mistake in. */
    @Test
    void aFieldThatIsNewerThanWeAreIsPassedOver() {
        Parsed parsed = DocumentReader.read(ROUTE.formatted("{\"rules\": [{\"nam\": 1}]}"));
        assertThat(parsed.document()).isNotNull();
        assertThat(parsed.findings())
                .extracting(Finding::toString)
                .containsExactly("HTTPRoute shop/cart: spec.rules[0].nam: warning: UnknownField: unknown field `nam`,"
                        + " did you mean `name`?");
        Parsed service = DocumentReader.read("""
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"newInV1_40":true}}""");
        assertThat(service.document()).isNotNull();
        assertThat(service.findings()).isEmpty();
    }

    @Test
    void whatIsFoundLaterNamesTheFieldToo() {
        Document read = DocumentReader.read(ROUTE.formatted("{}")).document();
        assertThat(read.resource().at("spec.rules[0].name")).hasToString("HTTPRoute shop/cart: spec.rules[0].name");
        assertThat(read.resource().at("")).hasToString("HTTPRoute shop/cart");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "{",
                "[",
                "{\"a\"",
                "{\"a\":}",
                "\"\\ud800",
                "\u0000",
                "null",
                "true",
                "1",
                "[]",
                "{}",
                "{\"kind\":1,\"apiVersion\":[]}",
                "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[]}",
                "{\"a\":1}{\"a\":1}",
                "{\"kind\":\"Service\",\"kind\":\"Service\"}",
                "{\"kind\":\"Service\",\"apiVersion\":\"v1\"}",
                "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":[]}",
                "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":{}},\"spec\":{}}",
                "{\"kind\":\"Namespace\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"A\"}}"
            })
    void whatIsNoObjectIsAFinding(String json) {
        Parsed parsed = DocumentReader.read(json);
        assertThat(parsed.document()).isNull();
        assertThat(parsed.findings()).isNotEmpty().allSatisfy(DocumentReaderTest::isOneLine);
    }

    private static void isOneLine(Finding finding) {
        assertThat(finding.toString()).doesNotContainPattern("\\p{Cntrl}").hasSizeLessThan(400);
    }

    @ParameterizedTest
    @CsvSource({"'[', 100000", "'{\"a\":', 100000", "'[{\"a\":', 50000", "'{\"a\":', 70"})
    void deepNesting(String open, int times) {
        Parsed parsed = DocumentReader.read(open.repeat(times));
        assertThat(parsed.document()).isNull();
        assertThat(parsed.findings()).hasSize(1).allSatisfy(DocumentReaderTest::isOneLine);
    }

    @Test
    void hugeNumbersAndTexts() {
        for (String port :
                List.of("9".repeat(900), "9".repeat(5000), "1e999", "-1", "\"" + "x".repeat(1 << 20) + "\"")) {
            Parsed parsed = DocumentReader.read("""
                    {"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":%s}]}}""".formatted(port));
            assertThat(parsed.document()).isNull();
            assertThat(parsed.findings()).hasSize(1).allSatisfy(DocumentReaderTest::isOneLine);
        }
    }

    @Test
    void aKeyThatIsThereTwiceIsNamed() {
        Parsed parsed = DocumentReader.read(ROUTE.formatted("{\"rules\": [{\"a.b\": {\"x\": 1, \"x\": 2}}]}"));
        assertThat(parsed.findings())
                .extracting(Finding::toString)
                .containsExactly("manifest: spec.rules[0][a.b].x: error: DuplicateKey: duplicate key `x`");
    }

    @Test
    void aBrokenObjectInAListLeavesTheOthers() throws IOException {
        String service = "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"%s\"},\"spec\":{%s}}";
        String deep = "\"a\":" + "[".repeat(100) + "]".repeat(100);
        String list = Stream.of(
                        service.formatted("a", ""),
                        service.formatted("b", deep),
                        service.formatted("c", "\"selector\":{\"a\":\"b\",\"a\":\"c\"},\"type\":\"ClusterIP\""),
                        service.formatted("d", "\"type\":\"ClusterIP\""))
                .collect(Collectors.joining(",", "[", "]"));
        List<String> names = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(list)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                Document document = RawObject.take(parser).read().document();
                names.add(document == null ? "" : document.resource().name());
            }
        }
        assertThat(names).containsExactly("a", "", "", "d");
    }

    @Test
    void typesAreThoseOfJson() {
        Parsed parsed = DocumentReader.read("""
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},
                 "spec":{"ports":[{"port":80,"targetPort":"http"}],"selector":{"yes":"no","number":"1"}}}""");
        assertThat(((Service) parsed.document().resource()).selector()).isEqualTo(Map.of("yes", "no", "number", "1"));
    }
}
