package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens beside manifests is not heard; what may concern them is. */
class FolderEventsTest {

    private static final long LONG = 20_000;
    private static final long SHORT = 300;

    private final FolderEvents events = FolderEvents.open(Set.of("gateway.conf", ".env"));

    @TempDir
    private Path folder;

    @BeforeEach
    void follow() {
        events.follow(Set.of(folder));
    }

    @AfterEach
    void close() throws IOException {
        events.close();
    }

    @Test
    void aGrowingLogBesideTheManifestsIsNotHeard() throws Exception {
        Path log = folder.resolve("app.log");
        AtomicBoolean growing = new AtomicBoolean(true);
        Thread writer = new Thread(() -> grow(log, growing));
        writer.start();
        try {
            assertThat(events.heard(SHORT)).isFalse();
            Files.writeString(folder.resolve("a.yaml"), "x");
            assertThat(events.heard(LONG)).as("through the noise").isTrue();
        } finally {
            growing.set(false);
            writer.join();
        }
    }

    private static void grow(Path log, AtomicBoolean growing) {
        try {
            while (growing.get()) {
                Files.writeString(log, "line\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsNoManifestIsNotHeard() throws Exception {
        Path other = Files.writeString(folder.resolve("notes.txt"), "x");
        Files.writeString(folder.resolve(".a.yaml.swp"), "x");
        Files.writeString(folder.resolve("a.yaml~"), "x");
        Files.move(other, folder.resolve("notes2.txt"), StandardCopyOption.ATOMIC_MOVE);
        Files.delete(folder.resolve("a.yaml~"));
        assertThat(events.heard(SHORT)).isFalse();
    }

    @Test
    void configuredNamesAreHeardWhateverTheyAreCalled() throws Exception {
        Files.writeString(folder.resolve("gateway.conf"), "x");
        assertThat(events.heard(LONG)).isTrue();
        Files.writeString(folder.resolve(".env"), "x");
        assertThat(events.heard(LONG)).isTrue();
    }

    @Test
    void anEditorThatRenamesIsHeard() throws Exception {
        Path draft = Files.writeString(folder.resolve(".draft"), "x");
        Files.move(draft, folder.resolve("a.json"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(events.heard(LONG)).isTrue();
        Files.move(folder.resolve("a.json"), folder.resolve("a.bak"));
        assertThat(events.heard(LONG)).isTrue();
    }

    @Test
    void theLinkOfAMountedConfigMapIsHeard() throws Exception {
        Path fresh = Files.createSymbolicLink(folder.resolve("..data_tmp"), folder);
        Files.move(fresh, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(events.heard(LONG)).isTrue();
    }

    @Test
    void foldersAreHeardWhenTheyComeAndWhenTheyGo() throws Exception {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        assertThat(events.heard(LONG)).isTrue();
        events.follow(Set.of(folder, sub));
        Files.writeString(sub.resolve("a.yml"), "x");
        assertThat(events.heard(LONG)).isTrue();
        Files.delete(sub.resolve("a.yml"));
        Files.delete(sub);
        assertThat(events.heard(LONG)).isTrue();
    }
}
