package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files in {@code src/kubernetes/crds} are what the readers ask for. {@code -Dtorii.write=true} writes them. */
class CrdTest {

    static final Path FOLDER = Path.of("../src/kubernetes/crds");

    static Stream<String> kinds() {
        return Crd.KINDS.stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theFileIsCurrent(String kind) throws IOException {
        Crd crd = new Crd(kind);
        String yaml = crd.yaml();
        Path file = FOLDER.resolve(crd.plural() + ".yaml");
        if (Boolean.getBoolean("torii.write")) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, yaml);
        }
        assertThat(file).hasContent(yaml);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyFieldIsExplained(String kind) {
        Crd crd = new Crd(kind);
        crd.yaml();
        assertThat(crd.undescribed()).as("fields without a meaning").isEmpty();
        assertThat(crd.unused()).as("notes about no field").isEmpty();
    }

    @Test
    void noKindOfOursIsForgotten() {
        for (String kind : Kinds.names()) {
            boolean ours = Kinds.find("torii.dev/v1alpha1", kind) != null;
            assertThat(Crd.KINDS.contains(kind)).as(kind).isEqualTo(ours);
        }
    }
}
