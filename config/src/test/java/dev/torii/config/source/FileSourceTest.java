package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.Namespace;
import dev.torii.config.resource.Resource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of change to real files is seen. Waits on what arrives, with a generous limit for slow machines. */
class FileSourceTest {

    private static final long LIMIT_SECONDS = 20;

    private final BlockingQueue<Read> reads = new LinkedBlockingQueue<>();
    private FileSource source;

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        if (source != null) {
            source.close();
        }
    }

    @Test
    void theFirstReadComesBeforeWatchReturns() throws IOException {
        write("a.yaml", "one");
        watch(folder);
        assertThat(names(reads.poll())).containsExactly("one");
    }

    @Test
    void aWriteInPlace() throws Exception {
        write("a.yaml", "one");
        watch(folder);
        write("a.yaml", "two");
        await("two");
    }

    @Test
    void anEditorThatRenamesOverTheFile() throws Exception {
        Path file = write("a.yaml", "one");
        watch(file);
        Path draft = folder.resolve(".a.yaml.swp");
        Files.writeString(draft, manifest("two"));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        await("two");
        Files.move(file, folder.resolve("a.yaml~"));
        write("a.yaml", "three");
        await("three");
    }

    @Test
    void aFileThatIsDeletedAndMadeAnewIsNeverSeenMissing() throws Exception {
        Path file = write("a.yaml", "one");
        write("b.yaml", "other");
        watchPatiently(folder);
        reads.clear();
        Files.delete(file);
        write("a.yaml", "two");
        assertThat(names(next(read -> true))).containsExactly("other", "two");
    }

    @Test
    void aFileOfAFolderThatIsDeleted() throws Exception {
        write("a.yaml", "one");
        Path file = write("b.yaml", "two");
        watch(folder);
        Files.delete(file);
        await("one");
    }

    @Test
    void aConfiguredFileThatIsDeletedIsUnreadableUntilItIsBack() throws Exception {
        Path file = write("a.yaml", "one");
        watch(file);
        Files.delete(file);
        Read gone = next(read -> !read.readable());
        assertThat(gone.findings()).hasToString("[" + file + ": error: FileNotFound: no such file or folder]");
        write("a.yaml", "two");
        await("two");
    }

    @Test
    void aPathThatDoesNotExistYet() throws Exception {
        Path later = folder.resolve("deep/er");
        watch(later);
        assertThat(reads.poll().readable()).isFalse();
        Files.createDirectories(later);
        Files.writeString(later.resolve("a.yaml"), manifest("one"));
        await("one");
    }

    @Test
    void foldersMadeLater() throws Exception {
        write("a.yaml", "one");
        watch(folder);
        Path sub = Files.createDirectories(folder.resolve("x/y"));
        Files.writeString(sub.resolve("b.json"), json("two"));
        await("one", "two");
        Files.writeString(sub.resolve("b.json"), manifest("three"));
        await("one", "three");
    }

    @Test
    void aMountedConfigMapIsReadOnceAndItsLinkIsFollowed() throws Exception {
        mountConfigMap("v1", "one");
        Files.createSymbolicLink(folder.resolve("a.yaml"), Path.of("..data/a.yaml"));
        watch(folder);
        assertThat(names(reads.poll())).containsExactly("one");
        mountConfigMap("v2", "two");
        await("two");
        mountConfigMap("v3", "six");
        await("six");
    }

    @Test
    void aSingleFileOfAMountedConfigMap() throws Exception {
        mountConfigMap("v1", "one");
        Path link = Files.createSymbolicLink(folder.resolve("a.yaml"), Path.of("..data/a.yaml"));
        watch(link);
        mountConfigMap("v2", "two");
        await("two");
    }

    @Test
    void aLinkThatIsTurnedElsewhereIsSeenWithoutAnEvent(@TempDir Path elsewhere) throws Exception {
        Path v1 = Files.writeString(elsewhere.resolve("v1"), manifest("one"));
        Path v2 = Files.writeString(elsewhere.resolve("v2"), manifest("two"));
        Path current = Files.createSymbolicLink(elsewhere.resolve("current"), v1);
        watch(Files.createSymbolicLink(folder.resolve("a.yaml"), current));
        Path next = Files.createSymbolicLink(elsewhere.resolve("next"), v2);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
        await("two");
    }

    @Test
    void aHalfWrittenFileIsNotShown() throws Exception {
        Path file = write("a.yaml", "one");
        watchPatiently(folder);
        reads.clear();
        byte[] text = json("two").getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (byte each : text) {
                channel.write(ByteBuffer.wrap(new byte[] {each}));
            }
        }
        assertThat(names(next(read -> true))).containsExactly("two");
    }

    @Test
    void anUnreadableFileIsToldAndThenItsRepair() throws Exception {
        Path file = write("a.yaml", "one");
        watch(folder);
        Files.writeString(file, "kind: [");
        Read broken = next(read -> !read.readable());
        assertThat(broken.findings().get(0).reason()).isEqualTo("InvalidSyntax");
        write("a.yaml", "two");
        await("two");
    }

    @Test
    void whatChangesNothingIsNotToldAgain() throws Exception {
        Path file = write("a.yaml", "one");
        watch(folder);
        reads.clear();
        Files.writeString(file, manifest("one"));
        Files.writeString(folder.resolve("notes.txt"), "not a manifest");
        Files.writeString(folder.resolve(".hidden.yaml"), "not: [one");
        write("b.yaml", "two");
        assertThat(names(next(read -> true))).containsExactly("one", "two");
    }

    @Test
    void aLogThatGrowsBesideTheFileIsToldToNobodyAndDelaysNothing() throws Exception {
        Path file = write("a.yaml", "one");
        watch(file);
        reads.clear();
        Path log = folder.resolve("gateway.log");
        AtomicBoolean growing = new AtomicBoolean(true);
        Thread writer = new Thread(() -> grow(log, growing));
        writer.start();
        try {
            for (int i = 0; i < 5; i++) {
                String name = "n" + i;
                write(".draft", name);
                Files.move(folder.resolve(".draft"), file, StandardCopyOption.ATOMIC_MOVE);
                assertThat(names(next(read -> true)))
                        .as("one read for one edit")
                        .containsExactly(name);
            }
            assertThat(reads).isEmpty();
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
    void aFolderThatIsRemovedAndMadeAgain() throws Exception {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Path file = Files.writeString(sub.resolve("a.yaml"), manifest("one"));
        watch(sub);
        Files.delete(file);
        Files.delete(sub);
        next(read -> !read.readable());
        Files.createDirectory(sub);
        Files.writeString(file, manifest("two"));
        await("two");
    }

    @Test
    void aCallThatThrowsEndsNothing() throws Exception {
        write("a.yaml", "one");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch first = new CountDownLatch(1);
        source = FileSource.watch(List.of(folder), read -> {
            reads.add(read);
            if (first.getCount() == 0) {
                Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
                throw new IllegalStateException("not today");
            }
            first.countDown();
        });
        write("a.yaml", "two");
        await("two");
        write("a.yaml", "three");
        await("three");
        assertThat(thrown.get()).hasMessage("not today");
    }

    @Test
    void afterCloseNothingIsTold() throws Exception {
        write("a.yaml", "one");
        watch(folder);
        source.close();
        reads.clear();
        write("a.yaml", "two");
        source.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("torii-config"));
        assertThat(reads).isEmpty();
    }

    private void watch(Path path) {
        source = FileSource.watch(List.of(path), reads::add);
    }

    /** Gives what looks half written so long that no slow machine can make a test of it fail. */
    private void watchPatiently(Path path) {
        source = FileSource.watch(List.of(path), reads::add, TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    }

    /** Waits for a read with exactly these namespaces. */
    private void await(String... names) throws InterruptedException {
        assertThat(names(next(read -> read.readable() && names(read).equals(List.of(names)))))
                .containsExactly(names);
    }

    private Read next(Predicate<Read> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        Read read = reads.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        while (read != null && !wanted.test(read)) {
            read = reads.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        assertThat(read).as("a read in time").isNotNull();
        return read;
    }

    private static List<String> names(Read read) {
        return read.resources().all(Namespace.class).stream()
                .map(Resource::name)
                .toList();
    }

    private Path write(String file, String name) throws IOException {
        return Files.writeString(folder.resolve(file), manifest(name));
    }

    private static String manifest(String name) {
        return "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + "}\n";
    }

    /** Of no use until the last character. */
    private static String json(String name) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"" + name + "\"}}";
    }

    /** As the kubelet does it: a new hidden folder, and a link that is turned to it in one step. */
    private void mountConfigMap(String version, String name) throws IOException {
        Path data = Files.createDirectories(folder.resolve(".." + version));
        Files.writeString(data.resolve("a.yaml"), manifest(name));
        Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of(".." + version));
        Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }
}
