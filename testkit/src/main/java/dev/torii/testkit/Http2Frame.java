package dev.torii.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One HTTP/2 frame (RFC 9113, 4.1) with whatever in it, valid or not.
 *
 * @param type one of the constants here, or any other byte
 * @param payload not copied
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they go over the wire; compared by nobody
public record Http2Frame(int type, int flags, int stream, byte[] payload) {

    public static final int DATA = 0x0;
    public static final int HEADERS = 0x1;
    public static final int PRIORITY = 0x2;
    public static final int RST_STREAM = 0x3;
    public static final int SETTINGS = 0x4;
    public static final int PUSH_PROMISE = 0x5;
    public static final int PING = 0x6;
    public static final int GOAWAY = 0x7;
    public static final int WINDOW_UPDATE = 0x8;
    public static final int CONTINUATION = 0x9;

    /** {@code END_STREAM} of DATA and HEADERS; {@code ACK} of SETTINGS and PING. */
    public static final int END_STREAM = 0x1;

    public static final int ACK = 0x1;
    public static final int END_HEADERS = 0x4;
    public static final int PADDED = 0x8;

    /** Of HEADERS: five bytes that nobody heeds any more stand before the block. */
    public static final int PRIORITIZED = 0x20;

    public static final int NO_ERROR = 0x0;
    public static final int PROTOCOL_ERROR = 0x1;
    public static final int INTERNAL_ERROR = 0x2;
    public static final int FLOW_CONTROL_ERROR = 0x3;
    public static final int REFUSED_STREAM = 0x7;
    public static final int CANCEL = 0x8;
    public static final int ENHANCE_YOUR_CALM = 0xb;

    /** A frame whose payload is one 32-bit number: an error code or a window increment. */
    public static Http2Frame number(int type, int stream, int value) {
        return new Http2Frame(
                type, 0, stream, ByteBuffer.allocate(4).putInt(value).array());
    }

    /** A SETTINGS frame of pairs: identifier, value, identifier, value, … */
    public static Http2Frame settings(int... pairs) {
        ByteBuffer payload = ByteBuffer.allocate(pairs.length * 3);
        for (int i = 0; i < pairs.length; i += 2) {
            payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        return new Http2Frame(SETTINGS, 0, 0, payload.array());
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The error code of RST_STREAM or GOAWAY. */
    public int errorCode() {
        return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }

    /** The value of a setting, or -1 when this frame does not carry it. */
    public long setting(int identifier) {
        ByteBuffer pairs = ByteBuffer.wrap(payload);
        while (pairs.remaining() >= 6) {
            int id = pairs.getShort();
            long value = pairs.getInt() & 0xffffffffL;
            if (id == identifier) {
                return value;
            }
        }
        return -1;
    }

    /** The payload of DATA, HEADERS or CONTINUATION without padding and priority. */
    byte[] content() {
        if (type == CONTINUATION) {
            return payload;
        }
        int padding = has(PADDED) ? payload[0] & 0xff : 0;
        int from = (has(PADDED) ? 1 : 0) + (type == HEADERS && has(PRIORITIZED) ? 5 : 0);
        return Arrays.copyOfRange(payload, from, payload.length - padding);
    }

    /** As it goes over the wire. */
    public byte[] encode() {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    static Http2Frame read(InputStream in) throws IOException {
        byte[] head = in.readNBytes(9);
        if (head.length < 9) {
            throw new EOFException("the peer closed");
        }
        int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff);
        int stream = ByteBuffer.wrap(head).getInt(5) & Integer.MAX_VALUE;
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException("the peer closed within a frame");
        }
        return new Http2Frame(head[3], head[4] & 0xff, stream, payload);
    }

    /** Compared by content, as a record's array would not be. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Http2Frame that
                && type == that.type
                && flags == that.flags
                && stream == that.stream
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * stream + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "frame type " + type + " flags " + flags + " stream " + stream + " length " + payload.length;
    }
}
