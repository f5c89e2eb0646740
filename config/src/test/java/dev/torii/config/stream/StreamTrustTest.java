package dev.torii.config.stream;

import static dev.torii.config.stream.Follower.TIMES;
import static dev.torii.config.stream.Follower.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.testkit.Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a proxy believes to be control, what it shows, and what it does about one that does not answer. */
@Timeout(60)
final class StreamTrustTest {

    private static final Certificates AUTHORITY = Certificates.authority("control");

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("token"), "one.token\n");
        Files.writeString(folder.resolve("ca.crt"), AUTHORITY.caPem());
    }

    private Dialer dialer(boolean tls, String host, int port) {
        return new Dialer(
                new ControlAddress(tls, host, port), folder.resolve("token"), folder.resolve("ca.crt"), TIMES);
    }

    private Follower follow(FakeControl control) {
        return new Follower(new ControlAddress(true, "localhost", control.port()), folder, null, TIMES);
    }

    @Test
    void tokenAndAuthorityAreReadAtEachConnection() throws Exception {
        Files.writeString(
                folder.resolve("ca.crt"), Certificates.authority("another").caPem());
        try (FakeControl control = FakeControl.encrypted(AUTHORITY.issue("localhost"));
                Follower proxy = follow(control)) {
            control.refuse(401);
            assertThatThrownBy(() -> dialer(true, "localhost", control.port()).open(opening -> {}))
                    .isInstanceOf(IOException.class);
            assertThat(control.attempts).isEmpty();
            // both are turned while the proxy tries
            Files.writeString(
                    folder.resolve("ca.crt"), Certificates.authority("another").caPem() + AUTHORITY.caPem());
            assertThat(FakeControl.taken(control.attempts, "an attempt")).isEqualTo("Bearer one.token");
            Files.writeString(folder.resolve("token"), "two.token");
            String shown = "Bearer one.token"; // also by attempts that were under way
            while (shown.equals("Bearer one.token")) {
                shown = FakeControl.taken(control.attempts, "an attempt");
            }
            assertThat(shown).isEqualTo("Bearer two.token");
            control.refuse(0);
            FakeControl.Talk talk = control.talk();
            talk.hearsHello();
            talk.commits("v1", List.of(), service("cart", 80));
            assertThat(proxy.next()).containsExactly("cart");
        }
    }

    @Test
    void anotherNameIsNotBelieved() throws Exception {
        try (FakeControl control = FakeControl.encrypted(AUTHORITY.issue("elsewhere.example"))) {
            assertThatThrownBy(() -> dialer(true, "localhost", control.port()).open(opening -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("localhost");
            assertThat(control.attempts).isEmpty();
        }
    }

    /** In the clear nobody knows who listens. */
    @Test
    void theTokenIsShownToNobodyWithoutTls() throws Exception {
        try (FakeControl control = FakeControl.plain()) {
            dialer(false, "127.0.0.1", control.port()).open(opening -> {}).close();
            assertThat(FakeControl.taken(control.attempts, "an attempt")).isEqualTo("null");
        }
    }

    @ParameterizedTest
    @CsvSource({"401, answered 401 Unauthorized", "403, answered 403 Forbidden", "302, answered 302 Found"})
    void whatControlAnswersIsTold(int status, String told) {
        try (FakeControl control = FakeControl.plain()) {
            control.refuse(status);
            assertThatThrownBy(() -> dialer(false, "127.0.0.1", control.port()).open(opening -> {}))
                    .hasMessage(told);
        }
    }

    @Test
    void anotherProtocolIsNotSpoken() {
        try (FakeControl control = FakeControl.speaking("torii.v9")) {
            assertThatThrownBy(() -> dialer(false, "127.0.0.1", control.port()).open(opening -> {}))
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with a blank", "with\nan é"})
    void aFileWithoutTokenIsTold(String content) throws IOException {
        Files.writeString(folder.resolve("token"), content);
        assertThatThrownBy(() -> dialer(true, "127.0.0.1", 1).open(opening -> {}))
                .hasMessage(folder.resolve("token") + ": holds no token");
    }

    @Test
    void whatIsMissingIsTold() throws IOException {
        Files.delete(folder.resolve("token"));
        assertThatThrownBy(() -> dialer(true, "127.0.0.1", 1).open(opening -> {}))
                .hasMessageStartingWith(folder.resolve("token") + ": no such file");
        assertThatThrownBy(() -> dialer(false, "no-such-host.invalid", 1).open(opening -> {}))
                .hasMessage("no address is known for no-such-host.invalid");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
                "\r\n\r\n",
                "HTTP/1.1"
            })
    void whoIsNoWebSocketIsNotBelieved(String answer) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answer(server, answer));
            answering.start();
            assertThatThrownBy(() ->
                            dialer(false, "127.0.0.1", server.getLocalPort()).open(opening -> {}))
                    .isInstanceOf(IOException.class);
            answering.join();
        }
    }

    private static void answer(ServerSocket server, String answer) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Accepts, and never says a word: one is given up before the stream is open, and the next after it. */
    @Test
    void aSilentControlIsGivenUp() throws Exception {
        Times hasty = new Times(2_000, 100, 100, 1_500, 20, 100, 60_000); // a pause of this machine is no silence
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Follower proxy = new Follower(
                        new ControlAddress(false, "127.0.0.1", server.getLocalPort()), folder, null, hasty)) {
            server.setSoTimeout(15_000);
            try (Socket first = server.accept();
                    Socket second = server.accept()) {
                assertThat(first.getInputStream().readAllBytes()).isNotEmpty();
                shake(second);
                // hello and pings, then the end, for want of an answer
                assertThat(second.getInputStream().readAllBytes()).contains((byte) (0x80 | Frames.PING));
                server.accept().close();
            }
            assertThat(proxy.source.contact().connected()).isFalse();
        }
    }

    private static void shake(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) socket.getInputStream().read());
        }
        String key = head.toString().replaceFirst("(?s).*sec-websocket-key: ([^\r]*)\r.*", "$1");
        socket.getOutputStream()
                .write(("HTTP/1.1 101 Yes\r\nsec-websocket-accept: " + WebSocket.accept(key)
                                + "\r\nsec-websocket-protocol: torii.v1\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** As long as control answers pings, silence means that nothing has changed. */
    @Test
    void aControlThatHasNothingToSayIsKept() throws Exception {
        Times hasty = new Times(2_000, 5_000, 20, 2_000, 20, 100, 60_000);
        try (FakeControl control = FakeControl.plain();
                Follower proxy =
                        new Follower(new ControlAddress(false, "127.0.0.1", control.port()), folder, null, hasty)) {
            FakeControl.Talk talk = control.talk();
            talk.hearsHello();
            for (int i = 0; i < 10; i++) {
                talk.pings();
            }
            talk.commits("v1", List.of());
            assertThat(proxy.next()).isEmpty();
            assertThat(control.attempts).hasSize(1);
        }
    }
}
