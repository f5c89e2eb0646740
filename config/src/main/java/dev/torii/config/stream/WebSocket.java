package dev.torii.config.stream;

import dev.torii.config.Wording;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client's WebSocket on a connected socket (RFC 6455). Blocking: one thread receives, one sends; {@link #close} may come
 * from any and ends what they wait for.
 *
 * <p>Not the JDK's: that one brings HTTP/2, a selector and two threads with it, and cannot try the addresses of a name in
 * turn (RATIONALE).
 */
final class WebSocket implements Closeable {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MOST_OF_HEAD = 16 * 1024;

    private final Closeable wire;
    private final InputStream in;
    private final Frames frames;
    private final int most;
    /** What a ping carried that has not been answered; one that comes meanwhile takes its place, as it may. */
    private final AtomicReference<byte @Nullable []> ping = new AtomicReference<>();

    private WebSocket(Socket socket, Closeable wire, int most) throws IOException {
        this.wire = wire;
        this.most = most;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.frames = new Frames(in, socket.getOutputStream(), most);
    }

    /**
     * Asks for a WebSocket.
     *
     * @param socket connected; its timeout holds for every wait
     * @param wire what is closed in the end: what is under TLS, whose own end would wait for those who write
     * @param most bytes that a message may have
     * @throws IOException with one line that says why there is none
     */
    static WebSocket open(
            Socket socket, Closeable wire, String authority, String path, String subprotocol, String token, int most)
            throws IOException {
        WebSocket opened = new WebSocket(socket, wire, most);
        byte[] nonce = new byte[16];
        new SecureRandom().nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        String head =
                "GET " + path + " HTTP/1.1\r\nhost: " + authority + "\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                        + "sec-websocket-version: 13\r\nsec-websocket-key: " + key + "\r\nsec-websocket-protocol: "
                        + subprotocol
                        + "\r\n" + (token.isEmpty() ? "" : "authorization: Bearer " + token + "\r\n") + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        opened.check(key, subprotocol);
        return opened;
    }

    private void check(String key, String subprotocol) throws IOException {
        String[] lines = head().split("\r\n", -1);
        String[] status = lines[0].split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
            throw new IOException("answered with something that is not HTTP: " + Wording.quote(lines[0]));
        }
        if (!status[1].equals("101")) {
            throw new IOException("answered " + Wording.shown(lines[0].substring(lines[0].indexOf(' ') + 1)));
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).trim());
            }
        }
        if (!accept(key).equals(headers.get("sec-websocket-accept"))) {
            throw new IOException("is no WebSocket: no key of ours in its answer");
        }
        if (!subprotocol.equals(headers.get("sec-websocket-protocol"))) {
            throw new IOException("does not speak " + subprotocol);
        }
    }

    private String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream(512);
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0 || head.size() >= MOST_OF_HEAD) {
                throw new IOException(next < 0 ? "closed the connection" : "answered without an end");
            }
            head.write(next);
            boolean expected = next == (matched % 2 == 0 ? '\r' : '\n');
            matched = expected ? matched + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** What a server answers that has read the key. */
    static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /**
     * The next message; waits for it, and for no longer than the socket's timeout without a sign of life.
     *
     * @param heard is told of each sign of life
     * @param pinged is told that {@link #pong} has to be called
     */
    String receive(Runnable heard, Runnable pinged) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream(0);
        boolean begun = false;
        while (true) {
            Frames.Frame frame = frames.read();
            heard.run();
            switch (frame.opcode()) {
                case Frames.TEXT, Frames.CONTINUATION -> {
                    if (begun == (frame.opcode() == Frames.TEXT)) {
                        throw new WebSocketException(WebSocketException.PROTOCOL_ERROR, "frames out of order");
                    }
                    if (frame.last() && !begun) {
                        return frame.text();
                    }
                    begun = true;
                    if (message.size() + frame.payload().length > most) {
                        throw new WebSocketException(
                                WebSocketException.TOO_BIG, "a message of more than " + most + " bytes");
                    }
                    message.writeBytes(frame.payload());
                    if (frame.last()) {
                        return Frames.text(message.toByteArray(), 0);
                    }
                }
                case Frames.PING -> {
                    ping.set(frame.payload());
                    pinged.run();
                }
                case Frames.PONG -> {}
                case Frames.CLOSE -> throw closed(frame.payload());
                default -> throw new WebSocketException(WebSocketException.UNACCEPTABLE, "a frame that is not text");
            }
        }
    }

    private static WebSocketException closed(byte[] payload) throws IOException {
        if (payload.length < 2) {
            return new WebSocketException(1005, "closed");
        }
        int code = (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        String reason = Wording.shown(Frames.text(payload, 2));
        return new WebSocketException(code, "closed: " + code + (reason.isEmpty() ? "" : " " + reason));
    }

    void send(String text) throws IOException {
        frames.write(Frames.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    void ping() throws IOException {
        frames.write(Frames.PING, new byte[0]);
    }

    /** Answers a ping, if there was one. */
    void pong() throws IOException {
        byte[] payload = ping.getAndSet(null);
        if (payload != null) {
            frames.write(Frames.PONG, payload);
        }
    }

    /** Says why it is left, as the last word. */
    void sendClose(int code) throws IOException {
        frames.write(Frames.CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /** Never throws: there is nothing left to be done. */
    @Override
    public void close() {
        try {
            wire.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
