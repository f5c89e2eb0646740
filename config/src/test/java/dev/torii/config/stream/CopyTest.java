package dev.torii.config.stream;

import static dev.torii.config.stream.Follower.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.config.stream.Message.You;
import dev.torii.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process begins with what the one before it had, when control is away. */
@Timeout(60)
final class CopyTest {

    private static final Times HASTY = new Times(2_000, 5_000, 10_000, 30_000, 20, 100, 50);
    private static final ControlAddress NOBODY = new ControlAddress(false, "127.0.0.1", 1);
    private static final You WEB = new You("shop", "web", List.of(8080));

    @TempDir
    private Path folder;

    private Path state() {
        return folder.resolve("state");
    }

    private Path file() {
        return state().resolve(Copy.NAME);
    }

    private Follower follow(ControlAddress control, Times times) {
        return new Follower(control, folder, state(), times);
    }

    private void leaveACopy() throws Exception {
        try (FakeControl control = FakeControl.plain();
                Follower proxy = follow(new ControlAddress(false, "127.0.0.1", control.port()), Follower.TIMES)) {
            FakeControl.Talk talk = control.talk();
            talk.hearsHello();
            talk.says(WEB);
            proxy.source.want("tax.shop");
            talk.hears();
            talk.commits("v1", List.of("tax.shop"), service("cart", 80), service("tax", 80));
        }
        assertThat(file()).exists();
    }

    @Test
    void whatWasServedIsServedAgain() throws Exception {
        leaveACopy();
        try (Follower proxy = follow(NOBODY, HASTY)) {
            assertThat(proxy.next()).containsExactly("cart", "tax");
            assertThat(proxy.source.you()).isEqualTo(WEB);
            assertThat(proxy.source.contact().connected()).isFalse();
        }
    }

    @Test
    void controlNeedNotSendItAgain() throws Exception {
        leaveACopy();
        try (FakeControl control = FakeControl.plain();
                Follower proxy = follow(new ControlAddress(false, "127.0.0.1", control.port()), Follower.TIMES)) {
            FakeControl.Talk talk = control.talk();
            Message.Hello hello = talk.hearsHello();
            assertThat(hello.have()).isEqualTo("v1");
            assertThat(hello.wants()).containsExactly("tax.shop");
            assertThat(proxy.reads).isEmpty();
            talk.commits("v1", List.of());
            assertThat(proxy.next()).containsExactly("cart", "tax");
        }
    }

    @Test
    void onlyThisUserMayReadItAndPeopleCan() throws Exception {
        leaveACopy();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        try (Stream<Path> all = Files.list(state())) {
            assertThat(all).containsExactly(file());
        }
        Read read = ManifestReader.read(List.of(file()));
        assertThat(read.readable()).isTrue();
        assertThat(Follower.services(read)).containsExactly("cart", "tax");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\u0000", "# {}\n", "{\"kind\":\"Service\"}\n# whole\n", "# {\"reset\":true}\n# whole\n"})
    void aBrokenCopyIsNone(String content) throws Exception {
        leaveACopy();
        Files.writeString(file(), content);
        assertThat(new Copy(state(), 1_000_000).read(Follower.SIDECAR)).isNull();
    }

    /** Wherever it is cut, no part of it is taken for the whole. */
    @Test
    void aTruncatedCopyIsNone() throws Exception {
        leaveACopy();
        String whole = Files.readString(file());
        for (int length = 0; length < whole.length() - 1; length += 7) {
            Files.writeString(file(), whole.substring(0, length));
            assertThat(new Copy(state(), 1_000_000).read(Follower.SIDECAR))
                    .as("%d characters", length)
                    .isNull();
        }
        Files.writeString(file(), whole);
        assertThat(new Copy(state(), 1_000_000).read(Follower.SIDECAR)).isNotNull();
    }

    @Test
    void anothersCopyIsNone() throws Exception {
        leaveACopy();
        Message.Hello other =
                new Message.Hello(1, Message.Role.SIDECAR, "0.1.0", "shop/web-2", "", "", List.of(8080), List.of(), "");
        assertThat(new Copy(state(), 1_000_000).read(other)).isNull();
        assertThat(new Copy(state(), 10).read(Follower.SIDECAR)).as("too large").isNull();
    }

    @Test
    void aFolderThatOthersWriteIntoIsNotUsed() throws Exception {
        leaveACopy();
        Files.setPosixFilePermissions(state(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(new Copy(state(), 1_000_000).read(Follower.SIDECAR)).isNull();
    }

    /** What cannot be written costs nothing but the copy. */
    @Test
    void aDiskThatTakesNothingStopsNothing() throws Exception {
        Files.writeString(state(), "a file where the folder should be");
        try (FakeControl control = FakeControl.plain();
                Follower proxy = follow(new ControlAddress(false, "127.0.0.1", control.port()), Follower.TIMES)) {
            FakeControl.Talk talk = control.talk();
            talk.hearsHello();
            assertThat(talk.commits("v1", List.of(), service("cart", 80)).problems())
                    .isEmpty();
            assertThat(proxy.next()).containsExactly("cart");
        }
        assertThat(state()).isRegularFile();
    }

    /** Changes come faster than a disk should be written; the last one is there in the end. */
    @Test
    void theLastChangeIsKept() throws Exception {
        try (FakeControl control = FakeControl.plain();
                Follower proxy = follow(new ControlAddress(false, "127.0.0.1", control.port()), Follower.TIMES)) {
            FakeControl.Talk talk = control.talk();
            talk.hearsHello();
            for (int i = 1; i <= 50; i++) {
                talk.commits("v" + i, List.of(), service("cart", i));
            }
            assertThat(Await.until(Duration.ofSeconds(10), () -> has("\"have\":\"v50\"")))
                    .isTrue();
            assertThat(proxy.reads).hasSize(50);
        }
    }

    private boolean has(String text) {
        try {
            return Files.exists(file()) && Files.readString(file()).contains(text);
        } catch (IOException e) {
            return false;
        }
    }
}
