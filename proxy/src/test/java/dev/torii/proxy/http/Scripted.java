package dev.torii.proxy.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.torii.testkit.BackendConnection;
import dev.torii.testkit.MisbehavingBackend;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend that does to its requests what is written down for them, one after the other, whatever connection they come by. */
final class Scripted implements AutoCloseable {

    static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    /** What happens to one request, after its body was read. */
    interface Act {
        void on(BackendConnection connection) throws IOException;

        /** These bytes. */
        static Act says(String answer) {
            return connection -> connection.send(answer);
        }

        /** A status with a body of one word. */
        static Act status(int code) {
            return says("HTTP/1.1 " + code + " So\r\ncontent-length: 4\r\n\r\nbusy");
        }
    }

    private final List<Act> acts;
    private final AtomicInteger next = new AtomicInteger();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final MisbehavingBackend backend = MisbehavingBackend.start(this::serve);

    /** The last act is for all that follow. */
    Scripted(Act... acts) {
        this.acts = List.of(acts);
    }

    private void serve(BackendConnection connection) throws IOException {
        while (true) {
            String head = connection.readHead().toLowerCase(Locale.ROOT);
            if (head.contains("\r\ncontent-length: ")) {
                String length = head.split("\r\ncontent-length: ", 2)[1].split("\r\n", 2)[0];
                bodies.add(new String(connection.read(Integer.parseInt(length)), ISO_8859_1));
            } else if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
                bodies.add(chunks(connection));
            }
            acts.get(Math.min(next.getAndIncrement(), acts.size() - 1)).on(connection);
        }
    }

    private static String chunks(BackendConnection connection) throws IOException {
        StringBuilder body = new StringBuilder();
        for (int size = size(connection); size > 0; size = size(connection)) {
            body.append(new String(connection.read(size), ISO_8859_1));
            connection.read(2);
        }
        connection.read(2);
        return body.toString();
    }

    private static int size(BackendConnection connection) throws IOException {
        StringBuilder line = new StringBuilder();
        for (char c = (char) connection.read(1)[0];
                c != '\n';
                c = (char) connection.read(1)[0]) {
            line.append(c);
        }
        return Integer.parseInt(line.toString().trim(), 16);
    }

    int port() {
        return backend.port();
    }

    /** Heads, in the order of arrival. */
    List<String> requests() {
        return backend.requests();
    }

    /** Bodies of the requests that had one, whole. */
    List<String> bodies() {
        return bodies;
    }

    int connections() {
        return backend.connections();
    }

    boolean awaitRequests(int n) {
        return backend.awaitRequests(n);
    }

    boolean awaitClosed() {
        return backend.awaitClosed();
    }

    @Override
    public void close() {
        backend.close();
    }
}
