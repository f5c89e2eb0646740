package dev.torii.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One connection of a {@link MisbehavingBackend}, seen from the backend. For the thread of its behaviour only. */
public final class BackendConnection {

    private static final int MAX_HEAD = 1 << 20;

    private final Socket socket;
    private final int number;
    private final Journal<String> requests;
    private final CountDownLatch closed;
    private final InputStream in;

    BackendConnection(Socket socket, int number, Journal<String> requests, CountDownLatch closed) throws IOException {
        this.socket = socket;
        this.number = number;
        this.requests = requests;
        this.closed = closed;
        this.in = socket.getInputStream();
        socket.setTcpNoDelay(true);
    }

    /** Which connection of its backend this is, from 1. */
    public int number() {
        return number;
    }

    /** Waits for a request head and returns it with its empty line; counts it. {@link EOFException} at the end. */
    public String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (head.size() < MAX_HEAD) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("closed by the proxy");
            }
            head.write(b);
            if (b == '\n' && head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                requests.add(head.toString(ISO_8859_1));
                return head.toString(ISO_8859_1);
            }
        }
        throw new IOException("head over " + MAX_HEAD + " bytes");
    }

    /** The same, but {@link EOFException} also when nothing comes for so long. */
    public String readHead(int idleMs) throws IOException {
        socket.setSoTimeout(idleMs);
        try {
            return readHead();
        } catch (SocketTimeoutException idle) {
            throw new EOFException("idle for " + idleMs + " ms");
        } finally {
            socket.setSoTimeout(0);
        }
    }

    /** Reads exactly n bytes, say of a body. */
    public byte[] read(int n) throws IOException {
        byte[] bytes = in.readNBytes(n);
        if (bytes.length < n) {
            throw new EOFException("wanted " + n + " bytes, got " + bytes.length);
        }
        return bytes;
    }

    /** Reads on until the proxy closes; returns how many bytes came. */
    public long readToEnd() throws IOException {
        return in.transferTo(java.io.OutputStream.nullOutputStream());
    }

    /** Speaks HTTP/2 from here on, with these settings (identifier, value, …). */
    public RawHttp2 http2(int... settings) throws IOException {
        return RawHttp2.accept(socket, settings);
    }

    /** Counts a request that was read by other means. */
    public void count(String request) {
        requests.add(request);
    }

    /** Sends ISO-8859-1 text as it is. */
    public BackendConnection send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends the text byte by byte with a pause between. */
    public BackendConnection drip(String text, long everyMs) throws IOException {
        for (int i = 0; i < text.length() && pause(everyMs); i++) {
            send(text.substring(i, i + 1));
        }
        return this;
    }

    /** Does nothing for so long; false when the backend is closed meanwhile. */
    public boolean pause(long millis) throws IOException {
        try {
            return !closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Does nothing, not even reading, until the test says so. */
    public void pauseUntil(CountDownLatch told) throws IOException {
        try {
            told.await();
        } catch (InterruptedException backendClosed) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", backendClosed);
        }
    }

    /** Does nothing until the proxy or the test closes. */
    public void stall() throws IOException {
        while (in.read() >= 0) {
            // Swallow whatever still comes: only the end matters.
        }
    }

    /** Sends FIN and keeps reading. */
    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Sends RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
