package dev.torii.proxy.http;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.impl.BufferImpl;

/**
 * Hands a pooled Netty buffer to a Vert.x response, which releases it once written. A Vert.x buffer of its own would
 * shield the bytes from that release, or copy them first: with this the body of an answer crosses the proxy uncopied.
 */
final class WireBuffer extends BufferImpl {

    private final ByteBuf bytes;

    WireBuffer(ByteBuf bytes) {
        super(bytes);
        this.bytes = bytes;
    }

    @Override
    public ByteBuf getByteBuf() {
        return bytes;
    }
}
