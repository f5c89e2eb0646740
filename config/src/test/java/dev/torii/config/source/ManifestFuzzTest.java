package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Manifests that were damaged at random give findings and nothing else. Repeat a run with {@code -Dtorii.seed=N}. */
class ManifestFuzzTest {

    private static final int ROUNDS = 2_000;
    private static final List<String> TOKENS = List.of(
            "",
            "null",
            "~",
            "[]",
            "{}",
            "[{}]",
            "\"\"",
            "0",
            "-1",
            "99999999999999999999",
            "1.5",
            ".nan",
            "true",
            "a: b",
            "*",
            "/",
            "*a",
            "&a",
            "<<",
            "!!str",
            "!x",
            "|",
            ">",
            "? ",
            "- ",
            ": ",
            "#",
            "\t",
            "\n",
            "'",
            "\"",
            "\u0000",
            "\uFEFF",
            "\u202E",
            "\uD83D\uDE00",
            "%",
            "---",
            "...",
            "Service",
            "1h",
            "(",
            "a{1000}",
            "%YAML 1.1");

    private Random random = new Random(0);

    /** A new one each time, and those that once found something. */
    static LongStream seeds() {
        return LongStream.of(Long.getLong("torii.seed", System.nanoTime()), 15_722_073_025_927L);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damageGivesFindings(long seed) throws IOException {
        System.out.println("ManifestFuzzTest: -Dtorii.seed=" + seed);
        random = new Random(seed);
        List<String> documents = documents();
        for (int round = 0; round < ROUNDS; round++) {
            String text = damaged(documents);
            try {
                check(text);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round " + round + " of seed " + seed + ":\n" + text, e);
            }
        }
    }

    private static void check(String text) {
        Read read = ManifestReader.parse("fuzz", text);
        assertThat(ManifestReader.parse("fuzz", text)).isEqualTo(read);
        long lines = text.chars()
                .filter(c -> c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
                .count();
        for (Finding finding : read.findings()) {
            assertThat(finding.toString()).doesNotContainPattern("\\p{Cntrl}").hasSizeLessThan(1000);
            assertThat(finding.position().line()).isBetween(0, (int) lines + 1);
        }
        read.resources().all().forEach(resource -> assertThat(resource.name()).isNotEmpty());
    }

    private String damaged(List<String> documents) {
        StringBuilder text = new StringBuilder(pick(documents));
        if (random.nextInt(4) == 0) {
            text.append("\n---\n").append(pick(documents));
        }
        for (int i = random.nextInt(5); i >= 0; i--) {
            damage(text);
        }
        return text.toString();
    }

    private void damage(StringBuilder text) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + random.nextInt(12));
        switch (random.nextInt(5)) {
            case 0 -> text.replace(from, to, pick(TOKENS));
            case 1 -> text.insert(from, pick(TOKENS));
            case 2 -> text.setLength(from);
            case 3 -> shuffleLines(text);
            default -> replaceValue(text, from);
        }
    }

    /** Another value for the key before {@code from}. */
    private void replaceValue(StringBuilder text, int from) {
        int colon = text.lastIndexOf(": ", from);
        if (colon >= 0) {
            int end = colon + 2;
            while (end < text.length() && ",}]\n".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            text.replace(colon + 2, end, pick(TOKENS));
        }
    }

    private void shuffleLines(StringBuilder text) {
        List<String> lines = new ArrayList<>(text.toString().lines().toList());
        if (lines.size() > 1) {
            int line = random.nextInt(lines.size());
            switch (random.nextInt(3)) {
                case 0 -> lines.remove(line);
                case 1 -> lines.add(line, lines.get(line));
                default -> Collections.swap(lines, line, random.nextInt(lines.size()));
            }
            text.replace(0, text.length(), String.join("\n", lines));
        }
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static List<String> documents() throws IOException {
        List<String> documents = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/findings"))) {
            for (Path file : files.sorted().toList()) {
                documents.addAll(List.of(Files.readString(file).split("\n---\n")));
            }
        }
        return documents;
    }
}
