package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.config.resource.ConfigMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts that were not written by a friend cost little and end in one line. */
class HostileYamlTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

    @TempDir
    private Path folder;

    @Test
    void aBombOfAliases() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) {
            text.append("a%1$d: &a%1$d [".formatted(i));
            text.append(("*a" + (i - 1) + ", ").repeat(9))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertThat(parse(text.toString()))
                .containsExactly("5:45: error: TooManyAliases: aliases stand for more than" + " 100000 values");
    }

    @Test
    void aBombOfMerges() {
        StringBuilder text = new StringBuilder("a0: &a0 {x: y}\n");
        for (int i = 1; i < 60; i++) {
            text.append("a%1$d: &a%1$d {<<: [*a%2$d, *a%2$d], k%1$d: *a%2$d}\n".formatted(i, i - 1));
        }
        assertThat(parse(text.toString())).hasSize(1).first().asString().contains("TooManyAliases");
    }

    @Test
    void manyAliasesOfOneSmallValueAreFine() {
        String entries =
                IntStream.range(0, 1000).mapToObj(i -> "  k" + i + ": *v\n").collect(Collectors.joining());
        Read read = ManifestReader.parse("a", CONFIG_MAP + "data:\n  v: &v text\n" + entries);
        assertThat(read.findings()).isEmpty();
        assertThat(read.resources().find(ConfigMap.class, "default", "a").data())
                .hasSize(1001);
    }

    @Test
    void anchorsAreOfOneDocumentAndAMergeGivesWayToWhatIsWritten() {
        String text = CONFIG_MAP + "data: &d {a: one, b: two}\n---\n" + CONFIG_MAP.replace("name: a", "name: b")
                + "data: {b: 2x, <<: {b: three, c: four}}\n---\nx: *d\n";
        Read read = ManifestReader.parse("a", text);
        assertThat(read.findings()).extracting(Finding::message).containsExactly("alias `*d` has no anchor before it");
        assertThat(read.resources().find(ConfigMap.class, "default", "b").data())
                .containsOnly(Map.entry("b", "2x"), Map.entry("c", "four"));
    }

    /** The parser reads blocks of 1,025 characters, and stumbles when the last of a text is half of one. */
    @Test
    void halfACharacterAtTheEndOfABlock() {
        assertThat(parse("a".repeat(1_024) + "\uD83D"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith(" error: InvalidSyntax: the YAML parser cannot read this: ");
    }

    @Test
    void anAliasInsideOfItself() {
        assertThat(parse("a: &a [*a]"))
                .containsExactly("1:8: error: InvalidSyntax: alias `*a` has no anchor before it");
    }

    @ParameterizedTest
    @CsvSource({"'[', 100000", "'{a: ', 100000", "'- ', 20000", "'? ', 20000", "'{[', 50000"})
    void deepNesting(String open, int times) {
        assertThat(parse(open.repeat(times))).hasSize(1).first().asString().contains("error: ");
    }

    @Test
    void deepBlocks() {
        String text =
                IntStream.range(0, 3000).mapToObj(i -> " ".repeat(i) + "a:\n").collect(Collectors.joining());
        assertThat(parse(text)).containsExactly("65:65: error: TooDeep: nested more than 64 levels deep");
    }

    @Test
    void aHugeScalarIsQuotedInPart() {
        String huge = "x".repeat(500_000);
        List<String> findings = parse(CONFIG_MAP + huge + ": " + huge + "\n" + "kind2: " + huge);
        assertThat(findings).isNotEmpty().allSatisfy(line -> assertThat(line).hasSizeLessThan(300));
    }

    @Test
    void manyDocumentsAndManyKeys() {
        assertThat(parse("---\n".repeat(50_000))).isEmpty();
        String keys =
                IntStream.range(0, 20_000).mapToObj(i -> "  k" + i + ": v\n").collect(Collectors.joining());
        assertThat(parse(CONFIG_MAP + "data:\n" + keys)).isEmpty();
    }

    @Test
    void duplicateKeys() {
        assertThat(parse("apiVersion: v1\nkind: Service\nkind: ConfigMap\nmetadata: {name: a, name: b}\nspec: {}\n"))
                .containsExactly(
                        "3:1: error: DuplicateKey: duplicate key `kind`, first at line 2",
                        "4:21: error: DuplicateKey: duplicate key `name`, first at line 4");
    }

    @Test
    void syntaxErrorsHaveAPlace() {
        assertThat(parse("a: [b"))
                .containsExactly("1:6: error: InvalidSyntax: expected ',' or ']', but got <stream end>");
        assertThat(parse("a: b: c")).hasSize(1).first().asString().startsWith("1:5: error: InvalidSyntax: ");
        assertThat(parse("a:\n\tb: c")).hasSize(1).first().asString().startsWith("2:1: error: InvalidSyntax: ");
        assertThat(parse("a: \"b")).hasSize(1).first().asString().startsWith("1:6: error: InvalidSyntax: ");
        assertThat(parse("a: !!python/object:os.system x"))
                .containsExactly("1:4: error: InvalidSyntax: the tag `tag:yaml.org,2002:python/object:os.system` is not"
                        + " supported");
        assertThat(parse("a: !own {b: c}"))
                .containsExactly("1:4: error: InvalidSyntax: the tag `!own` is not supported");
        assertThat(parse("{a: b}: c"))
                .containsExactly("1:1: error: InvalidSyntax: a key must be text, but is a mapping");
        assertThat(parse("%YAML 3.0\n---\na: b")).hasSize(1).first().asString().contains("error: InvalidSyntax: ");
        assertThat(parse("a: {<<: text}"))
                .containsExactly("1:9: error: InvalidSyntax: `<<` takes a mapping, but is text");
    }

    @Test
    void charactersThatAreNotText() {
        assertThat(parse("a: b\nc: d\u0000e"))
                .containsExactly("2:5: error: InvalidSyntax: the character U+0000 is not allowed in YAML");
        assertThat(parse("a: \uD800b")).hasSize(1).first().asString().contains("error: InvalidSyntax: ");
        assertThat(parse(CONFIG_MAP + "\"\\u001b[31mred\\n\\u202e\": x"))
                .containsExactly("4:1: error: UnknownField: unknown field `\\u001B[31mred\\u000A\\u202E`");
    }

    @Test
    void filesThatAreNotUtf8() throws IOException {
        assertThat(read("a: b\nc: \u00fc".getBytes(StandardCharsets.ISO_8859_1)))
                .containsExactly("2:4: error: InvalidSyntax: not UTF-8 text");
        assertThat(read("a: b".getBytes(StandardCharsets.UTF_16)))
                .containsExactly("1:1: error: InvalidSyntax: not UTF-8 text");
        assertThat(read(("\uFEFF" + CONFIG_MAP).getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
        assertThat(read(new byte[FileRead.MAX_BYTES + 1])).containsExactly(": error: FileTooLarge: larger than 8 MiB");
        assertThat(read(new byte[FileRead.MAX_BYTES]))
                .containsExactly("1:1: error: InvalidSyntax: the character U+0000 is not allowed in YAML");
        assertThat(read("a: b\nc: \u00fc".getBytes(StandardCharsets.UTF_8))).hasSize(2);
        assertThat(read(new byte[] {'a', ':', ' ', (byte) 0xc3}))
                .containsExactly("1:4: error: InvalidSyntax: not UTF-8 text");
    }

    @Test
    void expressionsThatWouldGrow() {
        String route = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: a}
                spec: {rules: [{matches: [{path: {type: RegularExpression, value: "%s"}}]}]}
                """;
        for (String large : List.of(
                "/((((a{100}){100}){100}){100})",
                "/(a{1000}){1000}",
                "/(?:[^a]{999}){999}",
                "/([]()]{50}){500}",
                "/([[:alpha:](]{50}){500}",
                "/(\\\\Q)\\\\Ea{50}){500}",
                "/(a{2,}){3,999}".repeat(3),
                "/" + "a".repeat(1100))) {
            assertThat(parse(route.formatted(large)))
                    .as(large)
                    .containsExactly("4:67: error: InvalidValue: `value` is too large an expression");
        }
        assertThat(parse(route.formatted("(".repeat(1000)))).hasSize(1);
        for (String fine :
                List.of("/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", "/[a-z0-9-]{1,63}([.][a-z]{1,9}){0,10}")) {
            assertThat(parse(route.formatted(fine))).isEmpty();
        }
    }

    /** Findings without the file's name. */
    private static List<String> parse(String text) {
        Read read = Assertions.assertTimeoutPreemptively(LIMIT, () -> ManifestReader.parse("", text));
        assertThat(read.readable()).isEqualTo(read.findings().stream().noneMatch(Finding::isError));
        return read.findings().stream()
                .map(Finding::toString)
                .map(line -> line.startsWith(":") ? line.substring(1) : line)
                .toList();
    }

    private List<String> read(byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("a.yaml"), content);
        Read read = Assertions.assertTimeoutPreemptively(LIMIT, () -> ManifestReader.read(List.of(file)));
        return read.findings().stream()
                .map(Finding::toString)
                .map(line -> line.substring(file.toString().length()))
                .map(line -> line.startsWith(": ") ? line : line.substring(1))
                .toList();
    }
}
