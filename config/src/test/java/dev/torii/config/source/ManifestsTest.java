package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.Namespace;
import dev.torii.config.resource.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ManifestsTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    @TempDir
    private Path folder;

    private Manifests manifests(List<Path> paths) {
        return new Manifests(paths, Clock.fixed(NOW, ZoneOffset.UTC), FileRead.Keep.RESOURCES);
    }

    @Test
    void aSecondWriteOfTheSameLengthInOneTickOfTheFileSystemsClockIsSeen() throws IOException {
        Path file = write("a.yaml", "one", NOW);
        Manifests manifests = manifests(List.of(folder));
        manifests.read();
        write("a.yaml", "two", NOW);
        assertThat(manifests.differsFrom(manifests.look())).isTrue();
        assertThat(names(manifests.read())).containsExactly("two");
        assertThat(file).exists();
    }

    @Test
    void anOldFileIsNotReadAgain() throws IOException {
        write("a.yaml", "one", NOW.minusSeconds(60));
        Manifests manifests = manifests(List.of(folder));
        Read first = manifests.read();
        assertThat(manifests.differsFrom(manifests.look())).isFalse();
        assertThat(manifests.read()).isSameAs(first);
    }

    @Test
    void aTouchedFileBringsNothingNew() throws IOException {
        write("a.yaml", "one", NOW.minusSeconds(60));
        Manifests manifests = manifests(List.of(folder));
        Read first = manifests.read();
        write("a.yaml", "one", NOW.minusSeconds(30));
        assertThat(manifests.differsFrom(manifests.look())).isTrue();
        assertThat(manifests.read()).isSameAs(first);
    }

    @Test
    void onlyManifestsOfAFolderAreReadInTheOrderOfTheirNames() throws IOException {
        Files.createDirectories(folder.resolve("b/.hidden"));
        for (String name : List.of("c.yml", "b/x.json", "a.yaml", "notes.txt", ".d.yaml", "b/.hidden/e.yaml")) {
            write(name, "one", NOW);
        }
        assertThat(manifests(List.of(folder)).look().files().keySet())
                .containsExactly(folder.resolve("a.yaml"), folder.resolve("b/x.json"), folder.resolve("c.yml"));
    }

    @Test
    void nothingIsReadTwiceAndCirclesEnd() throws IOException {
        Path file = write("sub/a.yaml", "one", NOW);
        Files.createSymbolicLink(folder.resolve("sub/again"), folder);
        Files.createSymbolicLink(folder.resolve("sub/b.yaml"), file);
        Read read = manifests(List.of(folder, folder, file)).read();
        assertThat(names(read)).containsExactly("one");
        assertThat(read.findings()).isEmpty();
    }

    @Test
    void aFileThatIsNamedIsReadWhateverItIsCalled() throws IOException {
        Path file = write("notes.txt", "one", NOW);
        assertThat(names(manifests(List.of(file)).read())).containsExactly("one");
    }

    @Test
    void whatCannotBeReadIsOneLine() throws IOException {
        Path missing = folder.resolve("missing");
        Files.createSymbolicLink(folder.resolve("dangling.yaml"), missing);
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Files.createSymbolicLink(folder.resolve("loop.yaml"), folder.resolve("loop.yaml"));
        Read read =
                manifests(List.of(missing, empty, folder, Path.of("/dev/null"))).read();
        assertThat(read.readable()).isFalse();
        assertThat(read.findings())
                .extracting(Object::toString)
                .containsExactly(
                        "/dev/null: error: UnreadableFile: neither a file nor a folder",
                        folder + "/dangling.yaml: error: FileNotFound: a link to nowhere, or just deleted",
                        empty + ": warning: NoManifests: no .yaml, .yml or .json file in this folder",
                        folder + "/loop.yaml: error: UnreadableFile: cannot be read: Too many levels of symbolic"
                                + " links or unable to access attributes of symbolic link",
                        missing + ": error: FileNotFound: no such file or folder");
    }

    /** Nobody writes into the pipe: reading it would wait for ever. */
    @Test
    @Timeout(20)
    void aPipeAmongTheManifestsIsOneLine() throws Exception {
        write("a.yaml", "one", NOW);
        Path pipe = folder.resolve("b.yaml");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThat(new ProcessBuilder("mkfifo", folder.resolve("c").toString())
                        .start()
                        .waitFor())
                .isZero();
        Read read = manifests(List.of(folder)).read();
        assertThat(names(read)).containsExactly("one");
        assertThat(read.findings()).hasToString("[" + pipe + ": error: UnreadableFile: neither a file nor a folder]");
        assertThat(manifests(List.of(pipe)).read().findings())
                .hasToString("[" + pipe + ": error: UnreadableFile: neither a file nor a folder]");
    }

    @Test
    @Timeout(20)
    void aFileTooLargeIsOneLine() throws IOException {
        Path file = Files.write(folder.resolve("a.yaml"), new byte[10 * 1024 * 1024]);
        assertThat(manifests(List.of(folder)).read().findings())
                .hasToString("[" + file + ": error: FileTooLarge: larger than 8 MiB]");
    }

    @Test
    @Timeout(60)
    void twoThousandFilesAreReadAndOnlyTheChangedOneAgain() throws IOException {
        for (int i = 0; i < 2_000; i++) {
            write("f" + i + ".yaml", "n" + i, NOW.minusSeconds(60));
        }
        Manifests manifests = manifests(List.of(folder));
        Read first = manifests.read();
        assertThat(names(first)).hasSize(2_000);
        write("f7.yaml", "changed", NOW.minusSeconds(30));
        Read second = manifests.read();
        assertThat(names(second)).hasSize(2_000).contains("changed").doesNotContain("n7");
        assertThat(second.resources().find(Namespace.class, "", "n8"))
                .as("not parsed again")
                .isSameAs(first.resources().find(Namespace.class, "", "n8"));
    }

    @Test
    void linksThatMultiplyFoldersEndInReading() throws IOException {
        write("a.yaml", "one", NOW);
        for (int i = 0; i < 12; i++) {
            Path sub = Files.createDirectories(folder.resolve("s" + i));
            for (int j = 0; j < 12; j++) {
                Files.createSymbolicLink(sub.resolve("l" + j), folder.resolve("s" + j));
            }
        }
        Read read = manifests(List.of(folder)).read();
        assertThat(names(read)).containsExactly("one");
        assertThat(read.readable()).isTrue();
    }

    @Test
    void aFileWithAnOddNameIsStillOneLine() throws IOException {
        Path file = write("a\nb.yaml", "UPPER", NOW);
        Read read = manifests(List.of(folder)).read();
        assertThat(read.findings().get(0).toString()).startsWith(folder + "/a\\u000Ab.yaml:3:18: error: ");
        assertThat(file).exists();
    }

    @Test
    void anObjectOfTwoFilesIsAnError() throws IOException {
        write("a.yaml", "one", NOW);
        write("b.yaml", "one", NOW);
        Read read = manifests(List.of(folder)).read();
        assertThat(read.findings())
                .hasToString("[%s/b.yaml:1:1: error: DuplicateObject: Namespace one is also at %s/a.yaml:1:1]"
                        .formatted(folder, folder));
    }

    private Path write(String file, String name, Instant modified) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + "}\n");
        return Files.setLastModifiedTime(path, FileTime.from(modified));
    }

    private static List<String> names(Read read) {
        return read.resources().all(Namespace.class).stream()
                .map(Resource::name)
                .toList();
    }
}
