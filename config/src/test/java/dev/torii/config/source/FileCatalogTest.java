package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileCatalogTest {

    private static final ObjectKey A = new ObjectKey("Namespace", "", "a");
    private static final ObjectKey B = new ObjectKey("Namespace", "", "b");

    @TempDir
    private Path folder;

    private final BlockingQueue<Catalog> catalogs = new LinkedBlockingQueue<>();

    @Test
    void tellsWhatChangedAndKeepsTheRest() throws Exception {
        namespaces("one.yaml", "a", "b");
        try (Source.Following following = FileCatalog.watch(List.of(folder), catalogs::add)) {
            Catalog first = next();
            assertThat(first.changed()).containsExactlyInAnyOrder(A, B);
            assertThat(first.documents()).containsOnlyKeys(A, B);
            assertThat(first.documents().get(A).json())
                    .isEqualTo("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"a\"}}");

            namespaces("one.yaml", "a", "c");
            Catalog second = next();
            assertThat(second.changed()).containsExactlyInAnyOrder(B, new ObjectKey("Namespace", "", "c"));
            assertThat(second.documents().get(A)).isSameAs(first.documents().get(A));
            assertThat(second.resources().all()).hasSize(2);
            assertThat(following).isNotNull();
        }
    }

    @Test
    void aBrokenFileChangesOnlyTheFindings() throws Exception {
        namespaces("one.yaml", "a");
        try (Source.Following following = FileCatalog.watch(List.of(folder), catalogs::add)) {
            Catalog first = next();
            Files.writeString(folder.resolve("two.yaml"), "kind: [");
            Catalog broken = next();
            assertThat(broken.changed()).isEmpty();
            assertThat(broken.findings()).hasSize(1);
            assertThat(broken.resources()).isSameAs(first.resources());

            namespaces("two.yaml", "b");
            assertThat(next().changed()).containsExactly(B);
            assertThat(following).isNotNull();
        }
    }

    @Test
    void nothingIsHandedOverBeforeTheFirstGoodRead() throws Exception {
        Files.writeString(folder.resolve("one.yaml"), "kind: [");
        try (Source.Following following = FileCatalog.watch(List.of(folder), catalogs::add)) {
            assertThat(catalogs).isEmpty();
            namespaces("one.yaml", "a");
            assertThat(next().changed()).containsExactly(A);
            assertThat(following).isNotNull();
        }
    }

    private Catalog next() throws InterruptedException {
        return catalogs.poll(30, TimeUnit.SECONDS);
    }

    private void namespaces(String file, String... names) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append("---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ")
                    .append(name)
                    .append("}\n");
        }
        Files.writeString(folder.resolve(file), text);
    }
}
