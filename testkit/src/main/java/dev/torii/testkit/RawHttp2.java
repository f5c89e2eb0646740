package dev.torii.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One raw HTTP/2 connection of either side, that sends exactly the frames it is given: for floods, windows and
 * headers that no real peer would send. While it reads it acknowledges SETTINGS and PING, and gives back the window it
 * used up, unless told not to.
 *
 * <p>Not for several threads at once. I/O failures are {@link UncheckedIOException}; reads give up after 5 seconds.
 */
public final class RawHttp2 implements AutoCloseable {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Hpack hpack = new Hpack();
    private boolean givesWindow = true;
    private int nextStream = 1;

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(RawHttp.PATIENCE_MS);
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Connects to loopback with prior knowledge: preface and these settings (identifier, value, …). */
    public static RawHttp2 connect(int port, int... settings) {
        return connect(new Socket(), port, settings);
    }

    /** The same, but the kernel takes hardly anything in for us: a client that does not read stalls its peer at once. */
    public static RawHttp2 connectDeaf(int port, int... settings) {
        return io(() -> {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(4_096);
            return connect(socket, port, settings);
        });
    }

    private static RawHttp2 connect(Socket socket, int port, int... settings) {
        return io(() -> {
            socket.connect(new InetSocketAddress(Listening.HOST, port), 5_000);
            RawHttp2 client = new RawHttp2(socket);
            client.out.write(PREFACE);
            return client.send(Http2Frame.settings(settings));
        });
    }

    /** Speaks over an open connection, as over TLS that settled on h2; closes it in the end. */
    public static RawHttp2 over(Socket open, int... settings) {
        return io(() -> {
            RawHttp2 client = new RawHttp2(open);
            client.out.write(PREFACE);
            return client.send(Http2Frame.settings(settings));
        });
    }

    /**
     * Connects to loopback, sends an HTTP/1 request that offers h2c, waits for the 101 and goes on in HTTP/2: the answer
     * comes on stream 1.
     */
    public static RawHttp2 upgrade(int port, String request) {
        return io(() -> {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(Listening.HOST, port), 5_000);
            RawHttp2 client = new RawHttp2(socket);
            client.send(request.getBytes(ISO_8859_1));
            StringBuilder head = new StringBuilder();
            for (int b = client.in.read(); b >= 0 && head.indexOf("\r\n\r\n") < 0; b = client.in.read()) {
                head.append((char) b);
                if (head.indexOf("\r\n\r\n") >= 0) {
                    break;
                }
            }
            if (!head.toString().startsWith("HTTP/1.1 101 ")) {
                throw new IOException("no upgrade: " + head);
            }
            client.newStream();
            client.out.write(PREFACE);
            return client.send(Http2Frame.settings());
        });
    }

    /** The backend's side of a connection that begins with the preface. */
    static RawHttp2 accept(Socket socket, int... settings) throws IOException {
        RawHttp2 server = new RawHttp2(socket);
        byte[] preface = server.in.readNBytes(PREFACE.length);
        if (!Arrays.equals(preface, PREFACE)) {
            throw new IOException("no HTTP/2 preface: " + new String(preface, ISO_8859_1));
        }
        return server.send(Http2Frame.settings(settings));
    }

    /** Stops giving back windows: a peer that does not read. */
    public RawHttp2 keepWindow() {
        givesWindow = false;
        return this;
    }

    public RawHttp2 timeout(Duration limit) {
        return io(() -> {
            socket.setSoTimeout((int) limit.toMillis());
            return this;
        });
    }

    public RawHttp2 send(Http2Frame frame) {
        return send(frame.encode());
    }

    public RawHttp2 send(byte[] bytes) {
        return io(() -> {
            out.write(bytes);
            out.flush();
            return this;
        });
    }

    /** A new stream's number. */
    public int newStream() {
        int stream = nextStream;
        nextStream += 2;
        return stream;
    }

    /** Opens a stream with a head of these lines (name, value, …), valid or not, and returns its number. */
    public int open(boolean end, String... lines) {
        int stream = newStream();
        headers(stream, end, lines);
        return stream;
    }

    /** A GET or the like: the four pseudo headers and more lines. */
    public int request(String method, String path, String... more) {
        return open(true, head(method, path, more));
    }

    /** The pseudo headers of an ordinary request and more lines. */
    public static String[] head(String method, String path, String... more) {
        List<String> lines = new ArrayList<>(
                List.of(":method", method, ":scheme", "http", ":authority", "a.example", ":path", path));
        lines.addAll(Arrays.asList(more));
        return lines.toArray(String[]::new);
    }

    /** A HEADERS frame. */
    public RawHttp2 headers(int stream, boolean end, String... lines) {
        int flags = Http2Frame.END_HEADERS | (end ? Http2Frame.END_STREAM : 0);
        return send(new Http2Frame(Http2Frame.HEADERS, flags, stream, block(lines)));
    }

    /** A header block, to be sent in parts. */
    public static byte[] block(String... lines) {
        return Hpack.encode(Arrays.asList(lines));
    }

    /** A DATA frame. */
    public RawHttp2 data(int stream, boolean end, String text) {
        return send(
                new Http2Frame(Http2Frame.DATA, end ? Http2Frame.END_STREAM : 0, stream, text.getBytes(ISO_8859_1)));
    }

    public RawHttp2 reset(int stream, int code) {
        return send(Http2Frame.number(Http2Frame.RST_STREAM, stream, code));
    }

    /** The next frame, whatever it is; {@link EOFException} at the end. */
    public Http2Frame read() {
        return io(() -> {
            Http2Frame frame = Http2Frame.read(in);
            boolean asks = (frame.type() == Http2Frame.SETTINGS || frame.type() == Http2Frame.PING)
                    && !frame.has(Http2Frame.ACK);
            if (asks) {
                byte[] echoed = frame.type() == Http2Frame.PING ? frame.payload() : new byte[0];
                send(new Http2Frame(frame.type(), Http2Frame.ACK, 0, echoed));
            } else if (frame.type() == Http2Frame.DATA && frame.payload().length > 0 && givesWindow) {
                send(Http2Frame.number(Http2Frame.WINDOW_UPDATE, 0, frame.payload().length));
                if (!frame.has(Http2Frame.END_STREAM)) {
                    send(Http2Frame.number(Http2Frame.WINDOW_UPDATE, frame.stream(), frame.payload().length));
                }
            }
            return frame;
        });
    }

    /** The next frame of that type, passing over others. */
    public Http2Frame await(int type) {
        Http2Frame frame = read();
        while (frame.type() != type) {
            frame = read();
        }
        return frame;
    }

    /** The next complete header block, with the stream it is for and whether it ends it. */
    public Block awaitHeaders() {
        Http2Frame first = await(Http2Frame.HEADERS);
        return new Block(first.stream(), first.has(Http2Frame.END_STREAM), lines(first));
    }

    public record Block(int stream, boolean end, List<Map.Entry<String, String>> lines) {}

    /** Reads until a stream has ended; frames of others are passed over. GOAWAY or the end is an {@link EOFException}. */
    public Http2Answer answer(int stream) {
        int status = 0;
        List<Map.Entry<String, String>> headers = List.of();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            Http2Frame frame = read();
            if (frame.type() == Http2Frame.GOAWAY && frame.errorCode() != Http2Frame.NO_ERROR) {
                throw new UncheckedIOException(new EOFException("GOAWAY with code " + frame.errorCode()));
            }
            // Blocks of other streams are read too: the table is the connection's.
            List<Map.Entry<String, String>> lines = frame.type() == Http2Frame.HEADERS ? lines(frame) : List.of();
            if (frame.stream() != stream) {
                continue;
            }
            List<Map.Entry<String, String>> trailers = List.of();
            if (frame.type() == Http2Frame.HEADERS && status < 200) {
                status = Integer.parseInt(lines.get(0).getValue());
                headers = lines.subList(1, lines.size());
            } else if (frame.type() == Http2Frame.HEADERS) {
                trailers = lines;
            } else if (frame.type() == Http2Frame.DATA) {
                body.writeBytes(frame.content());
            } else if (frame.type() == Http2Frame.RST_STREAM) {
                return new Http2Answer(status, headers, body.toString(ISO_8859_1), trailers, frame.errorCode());
            }
            boolean mayEnd = frame.type() == Http2Frame.HEADERS || frame.type() == Http2Frame.DATA;
            if (mayEnd && frame.has(Http2Frame.END_STREAM)) {
                return new Http2Answer(status, headers, body.toString(ISO_8859_1), trailers, -1);
            }
        }
    }

    /** Reads on until GOAWAY and returns its error code. */
    public int awaitGoAway() {
        return await(Http2Frame.GOAWAY).errorCode();
    }

    /** Reads on until the peer closes; a reset counts as the end. */
    public void awaitEnd() {
        try {
            while (true) {
                Http2Frame.read(in);
            }
        } catch (SocketTimeoutException silent) {
            throw new UncheckedIOException("the peer keeps the connection open", silent);
        } catch (EOFException | SocketException end) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        io(() -> {
            socket.close();
            return this;
        });
    }

    private List<Map.Entry<String, String>> lines(Http2Frame first) {
        return io(() -> {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(first.content());
            for (Http2Frame frame = first; !frame.has(Http2Frame.END_HEADERS); ) {
                frame = Http2Frame.read(in);
                block.writeBytes(frame.content());
            }
            return hpack.decode(first.stream(), block.toByteArray());
        });
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
