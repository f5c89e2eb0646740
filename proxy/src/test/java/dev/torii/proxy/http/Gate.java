package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.ListenerSettings;
import dev.torii.testkit.BackendConnection;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A proxy before a backend that reads requests by the book, with their bodies, and answers {@code 200 ok}: what reached it
 * can be told from what was sent.
 */
final class Gate implements AutoCloseable {

    private final MisbehavingBackend backend = MisbehavingBackend.start(Gate::serve);
    final TestProxy proxy = new TestProxy();
    private int forgotten;

    Gate() {
        proxy.cluster("behind", backend.port()).route("/", "behind");
    }

    private static void serve(BackendConnection connection) throws IOException {
        while (true) {
            String head = connection.readHead().toLowerCase(Locale.ROOT);
            if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
                readChunks(connection);
            } else if (head.contains("\r\ncontent-length: ")) {
                String length = head.split("\r\ncontent-length: ", 2)[1].split("\r\n", 2)[0];
                connection.count("body " + connection.read(Integer.parseInt(length)).length);
            }
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        }
    }

    private static void readChunks(BackendConnection connection) throws IOException {
        int total = 0;
        while (true) {
            int size = Integer.parseInt(line(connection), 16);
            if (size == 0) {
                break;
            }
            connection.read(size + 2);
            total += size;
        }
        String trailers = "";
        for (String line = line(connection); !line.isEmpty(); line = line(connection)) {
            trailers += " " + line;
        }
        connection.count("body " + total + trailers);
    }

    private static String line(BackendConnection connection) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.indexOf("\r\n") < 0) {
            line.append((char) connection.read(1)[0]);
        }
        return line.substring(0, line.length() - 2);
    }

    /** Requests may have that many bytes of body from now on. */
    void limitBodies(int bytes) {
        proxy.settings(new ListenerSettings(0, false, false, 8192, 65536, 128, bytes, 10_000, 300_000, 10_000))
                .apply();
    }

    RawHttp connect() {
        return RawHttp.connect(proxy.port());
    }

    /** Heads and {@code body n} of what reached the backend. */
    List<String> reached() {
        return backend.requests().subList(forgotten, backend.requests().size());
    }

    void forget() {
        forgotten = backend.requests().size();
    }

    /** The proxy answers so, closes, and asks the backend nothing that it could take for a whole request. */
    void refuses(String request, int status, String reason) {
        int before = reached().size();
        try (RawHttp client = connect()) {
            client.send(request);
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).as(request).isEqualTo(status);
            assertThat(answer.header("x-torii-reason")).as(request).isEqualTo(reason);
            assertThat(answer.header("x-request-id")).as(request).hasSize(36);
            assertThat(client.closedWithin(Duration.ofSeconds(5)))
                    .as("closed after " + request)
                    .isTrue();
        }
        assertThat(reached().subList(before, reached().size()))
                .as("what reached the backend of " + request)
                .noneMatch(seen -> seen.startsWith("body"))
                .allMatch(seen -> seen.contains("Transfer-Encoding: chunked"));
    }

    /** The proxy passes it on, and the client's connection stays. */
    void passes(String request) {
        try (RawHttp client = connect()) {
            client.send(request);
            assertThat(client.readResponse().status()).as(request).isEqualTo(200);
            client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).as("after " + request).isEqualTo(200);
        }
    }

    /** The target that the backend sees for one the client sends. */
    void passes(String target, String seen) {
        passes("GET " + target + " HTTP/1.1\r\nHost: a.example\r\n\r\n");
        String head = reached().get(reached().size() - 2);
        assertThat(head).as(target).startsWith("GET " + seen + " HTTP/1.1\r\nHost: ");
    }

    @Override
    public void close() {
        proxy.close();
        backend.close();
    }
}
