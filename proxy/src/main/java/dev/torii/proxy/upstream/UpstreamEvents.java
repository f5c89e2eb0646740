package dev.torii.proxy.upstream;

import dev.torii.proxy.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What comes back from a backend, in this order: any number of {@link #onInterim}, {@link #onHead}, any number of
 * {@link #onData}, {@link #onEnd}; or {@link #onFailure} in place of what is still missing. Called on the event loop.
 */
public interface UpstreamEvents {

    /** Whether the request came by HTTP/2, for clusters that want it to go on as it came. */
    default boolean isHttp2() {
        return false;
    }

    /** A stream is ready: send the head now. */
    void onReady(UpstreamStream stream);

    /** An answer before the answer, {@code 100 Continue} or another of the 1xx but 101 (RFC 9110, 15.2). */
    void onInterim(int status, HttpHeaders headers);

    /**
     * The head of the final answer.
     *
     * @param bodyless whether nothing but {@link #onEnd} follows
     */
    void onHead(int status, HttpHeaders headers, boolean bodyless);

    /**
     * A piece of the body; the callee releases the buffer.
     *
     * @param last whether this is the last piece and no trailers follow, so that head and body may leave in one write;
     *     {@link #onEnd} is not called then
     */
    void onData(ByteBuf piece, boolean last);

    /** All has arrived. */
    void onEnd(@Nullable HttpHeaders trailers);

    /** Everything that was readable has been delivered: what is held back should be sent. */
    void onReadComplete();

    void onWritable();

    /**
     * The backend agreed to switch protocols: the connection now carries raw bytes, and belongs to the callee.
     */
    void onUpgrade(HttpHeaders headers, UpgradedConnection connection);

    /**
     * It went wrong.
     *
     * @param unsent whether it is certain that the backend saw nothing of the request
     * @param unanswered whether the connection died before any byte of an answer, as in the idle keep-alive race
     */
    void onFailure(Fault fault, String detail, boolean unsent, boolean unanswered);
}
