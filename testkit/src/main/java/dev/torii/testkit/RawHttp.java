package dev.torii.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * One raw connection that sends exactly the bytes it is given and reads exactly what comes back: for malformed
 * requests, smuggling, trickling and half-closing, where a real client would help too much. Text is ISO-8859-1, so that
 * every byte can be written as a character. Reads give up after 5 seconds unless told otherwise.
 *
 * <p>Not for several threads at once. I/O failures are {@link UncheckedIOException}; a peer that is silent for too long
 * is one of a {@link SocketTimeoutException}.
 */
public final class RawHttp implements AutoCloseable {

    /** Of a read. Less than the proxy's own limits, lest one of them ends what should have ended by itself. */
    static final int PATIENCE_MS = 8_000;

    /** Of a TLS handshake: the first one in a JVM takes seconds where many share a machine. */
    private static final int HANDSHAKE_MS = 30_000;

    private static final int MAX_HEAD = 1 << 20;

    private final Socket socket;
    private final InputStream in;

    private RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        this.in = socket.getInputStream();
    }

    /** Connects in clear. */
    public static RawHttp connect(String host, int port) {
        return io(() -> new RawHttp(open(host, port)));
    }

    /** Connects to loopback. */
    public static RawHttp connect(int port) {
        return connect(Listening.HOST, port);
    }

    /**
     * Connects over TLS and shakes hands.
     *
     * @param serverName the SNI; {@code ""} sends none
     * @param alpn protocols to offer, may be empty
     */
    public static RawHttp connectTls(String host, int port, SSLContext context, String serverName, List<String> alpn) {
        return io(() -> {
            Socket plain = open(host, port);
            plain.setSoTimeout(HANDSHAKE_MS);
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setServerNames(serverName.isEmpty() ? List.of() : List.of(new SNIHostName(serverName)));
            parameters.setApplicationProtocols(alpn.toArray(String[]::new));
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return new RawHttp(tls);
        });
    }

    /** How long a read may wait. */
    public RawHttp timeout(Duration limit) {
        io(() -> {
            socket.setSoTimeout((int) limit.toMillis());
            return this;
        });
        return this;
    }

    /** Sends the text as it is; write line ends as {@code \r\n}. */
    public RawHttp send(String text) {
        return send(text.getBytes(ISO_8859_1));
    }

    public RawHttp send(byte[] bytes) {
        return io(() -> {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        });
    }

    /** Exactly {@code n} bytes; fewer are an {@link EOFException}. */
    public byte[] read(int n) {
        return io(() -> {
            byte[] bytes = in.readNBytes(n);
            if (bytes.length < n) {
                throw new EOFException("wanted " + n + " bytes, the peer closed after " + bytes.length);
            }
            return bytes;
        });
    }

    /** Everything up to and including {@code end}. */
    public String readUntil(String end) {
        return io(() -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            while (bytes.size() < MAX_HEAD) {
                int b = in.read();
                if (b < 0) {
                    throw new EOFException("the peer closed after: " + bytes.toString(ISO_8859_1));
                }
                bytes.write(b);
                if (b == end.charAt(end.length() - 1)
                        && bytes.toString(ISO_8859_1).endsWith(end)) {
                    return bytes.toString(ISO_8859_1);
                }
            }
            throw new IOException("more than " + MAX_HEAD + " bytes without " + end);
        });
    }

    /** Everything until the peer closes; a reset counts as the end. */
    public String readToEnd() {
        return io(() -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                in.transferTo(bytes);
            } catch (SocketTimeoutException silent) {
                throw new SocketTimeoutException("still open after: " + bytes.toString(ISO_8859_1));
            } catch (SocketException reset) {
                return bytes.toString(ISO_8859_1);
            }
            return bytes.toString(ISO_8859_1);
        });
    }

    /** One HTTP/1 answer with its body, however it is framed. Informational answers are answers of their own. */
    public RawResponse readResponse() {
        return readResponse("GET");
    }

    /** One HTTP/1 answer; {@code HEAD} has no body whatever its head says. */
    public RawResponse readResponse(String method) {
        RawResponse head = RawResponse.parse(readUntil("\r\n\r\n"));
        if (!head.mayHaveBody() || method.equals("HEAD")) {
            return head;
        }
        if (head.isChunked()) {
            return readChunks(head);
        }
        String length = head.header("content-length");
        return length == null
                ? head.withBody(readToEnd(), "")
                : head.withBody(new String(read(Integer.parseInt(length)), ISO_8859_1), "");
    }

    /** Whether the peer has closed: true at the end of stream or on a reset, false while it is silent for the limit. */
    public boolean closedWithin(Duration limit) {
        timeout(limit);
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException silent) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Half-closes: the peer sees the end of our bytes, we can still read. */
    public RawHttp closeOutput() {
        return io(() -> {
            socket.shutdownOutput();
            return this;
        });
    }

    /** Closes with RST instead of FIN. */
    public void reset() {
        io(() -> {
            socket.setSoLinger(true, 0);
            socket.close();
            return this;
        });
    }

    /** Our own port, as the peer sees it. */
    public int localPort() {
        return socket.getLocalPort();
    }

    /** The TLS socket below, for what was agreed on; fails in clear. */
    public SSLSocket tls() {
        return (SSLSocket) socket;
    }

    @Override
    public void close() {
        io(() -> {
            socket.close();
            return this;
        });
    }

    private RawResponse readChunks(RawResponse head) {
        StringBuilder body = new StringBuilder();
        while (true) {
            String sizeLine = readUntil("\r\n").trim();
            int size = Integer.parseInt(sizeLine.split(";", 2)[0].trim(), 16);
            if (size == 0) {
                break;
            }
            body.append(new String(read(size), ISO_8859_1));
            readUntil("\r\n");
        }
        StringBuilder trailers = new StringBuilder();
        for (String line = readUntil("\r\n"); !line.equals("\r\n"); line = readUntil("\r\n")) {
            trailers.append(line);
        }
        return head.withBody(body.toString(), trailers.toString());
    }

    private static Socket open(String host, int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(host, port), 5_000);
        return socket;
    }

    private interface Io<T> {
        T run() throws IOException;
    }

    private static <T> T io(Io<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
