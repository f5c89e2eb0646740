package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad manifests and what is said of them: each file in {@code src/test/resources/findings} ends with the lines that
 * reading it must give, in comments after {@code # findings:}.
 */
class FindingsTest {

    private static final Path FOLDER = Path.of("src/test/resources/findings");
    private static final String EXPECTED = "# findings:\n";

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void findings(String file) throws IOException {
        String text = Files.readString(FOLDER.resolve(file));
        Read read = ManifestReader.parse(file, text);
        String actual = String.join(
                "", read.findings().stream().map(FindingsTest::comment).toList());
        assertThat(actual).isEqualTo(text.substring(text.indexOf(EXPECTED) + EXPECTED.length()));
        assertThat(read.readable()).isEqualTo(read.findings().stream().noneMatch(Finding::isError));
    }

    private static String comment(Finding finding) {
        String line = finding.toString();
        return "# " + line.substring(line.indexOf(':') + 1) + "\n";
    }
}
