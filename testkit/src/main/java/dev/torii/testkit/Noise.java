package dev.torii.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.streams.WriteStream;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * A body too large to hold: one piece of random bytes again and again, of an odd length, so that a piece that got lost or
 * came twice changes the checksum. Sending it costs no copying and no memory.
 */
public final class Noise {

    private static final ByteBuf PIECE = piece();

    private final WriteStream<Buffer> to;
    private final AtomicLong taken;
    private long left;

    private Noise(WriteStream<Buffer> to, long bytes, AtomicLong taken) {
        this.to = to;
        this.left = bytes;
        this.taken = taken;
        to.drainHandler(v -> more());
    }

    private static ByteBuf piece() {
        byte[] bytes = new byte[65_521];
        new Random(1).nextBytes(bytes);
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
    }

    /**
     * Writes so many bytes, as fast as they are taken, and ends.
     *
     * @param taken grows by what was handed over
     */
    public static void send(WriteStream<Buffer> to, long bytes, AtomicLong taken) {
        new Noise(to, bytes, taken).more();
    }

    private void more() {
        while (left > 0 && !to.writeQueueFull()) {
            Buffer piece = next(left);
            left -= piece.length();
            taken.addAndGet(piece.length());
            to.write(piece);
            if (left == 0) {
                to.end();
            }
        }
    }

    private static Buffer next(long left) {
        return BufferInternal.buffer(PIECE.slice(0, (int) Math.min(left, PIECE.capacity())));
    }

    /** Count and checksum of a body that arrives in pieces. */
    public static final class Tally {
        private final CRC32C checksum = new CRC32C();
        private long bytes;

        /** What must arrive when so many bytes are sent. */
        public static String of(long bytes) {
            Tally tally = new Tally();
            for (long left = bytes; left > 0; left -= PIECE.capacity()) {
                tally.add(next(left));
            }
            return tally.toString();
        }

        public void add(Buffer piece) {
            for (ByteBuffer part : ((BufferInternal) piece).getByteBuf().nioBuffers()) {
                bytes += part.remaining();
                checksum.update(part);
            }
        }

        @Override
        public String toString() {
            return bytes + " bytes, CRC-32C " + Long.toHexString(checksum.getValue());
        }
    }
}
