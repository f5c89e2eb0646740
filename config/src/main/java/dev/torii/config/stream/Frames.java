package dev.torii.config.stream;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/** The frames of a WebSocket, as a client has them (RFC 6455, section 5): what it sends is masked, what comes is not. */
final class Frames {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MOST_OF_CONTROL_FRAMES = 125;
    /** What is announced is believed, and room made for it, only so far. */
    private static final int PIECE = 64 * 1024;

    private final DataInputStream in;
    private final OutputStream out;
    private final SecureRandom random = new SecureRandom();
    private final int most;

    /** @param last whether the message ends with it */
    record Frame(int opcode, boolean last, byte[] payload) {

        String text() throws IOException {
            return Frames.text(payload, 0);
        }
    }

    /** @param most bytes that a frame may have */
    Frames(InputStream in, OutputStream out, int most) {
        this.in = new DataInputStream(in);
        this.out = out;
        this.most = most;
    }

    /** The next frame; waits for it. */
    Frame read() throws IOException {
        int head = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        int opcode = head & 0x0f;
        boolean last = (head & FIN) != 0;
        if ((head & 0x70) != 0 || (second & MASKED) != 0) {
            throw new WebSocketException(WebSocketException.PROTOCOL_ERROR, "a frame that no server may send");
        }
        long length = second & 0x7f;
        if (length == LENGTH_16) {
            length = in.readUnsignedShort();
        } else if (length == LENGTH_64) {
            length = in.readLong();
        }
        if (opcode >= CLOSE && (length > MOST_OF_CONTROL_FRAMES || !last)) {
            throw new WebSocketException(WebSocketException.PROTOCOL_ERROR, "a control frame that is too long");
        }
        if (length < 0 || length > most) {
            throw new WebSocketException(WebSocketException.TOO_BIG, "a message of more than " + most + " bytes");
        }
        return new Frame(opcode, last, payload((int) length));
    }

    private byte[] payload(int length) throws IOException {
        byte[] payload = new byte[Math.min(length, PIECE)];
        for (int had = 0; had < length; ) {
            if (had == payload.length) {
                payload = Arrays.copyOf(payload, Math.min(length, 2 * had));
            }
            int read = in.read(payload, had, payload.length - had);
            if (read < 0) {
                throw new EOFException("the connection was cut");
            }
            had += read;
        }
        return payload;
    }

    /** Sends a whole message, or a control frame. Called by one thread at a time. */
    void write(int opcode, byte[] payload) throws IOException {
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) (FIN | opcode));
        if (payload.length < LENGTH_16) {
            frame.put((byte) (MASKED | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (MASKED | LENGTH_16)).putShort((short) payload.length);
        } else {
            frame.put((byte) (MASKED | LENGTH_64)).putLong(payload.length);
        }
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask[i & 3]));
        }
        out.write(frame.array(), 0, frame.position());
        out.flush();
    }

    /** Bytes that have to be UTF-8. */
    static String text(byte[] bytes, int from) throws IOException {
        try {
            ByteBuffer some = ByteBuffer.wrap(bytes, from, bytes.length - from);
            return StandardCharsets.UTF_8.newDecoder().decode(some).toString();
        } catch (CharacterCodingException e) {
            throw new WebSocketException(WebSocketException.NOT_UTF8, "a message that is not UTF-8");
        }
    }
}
