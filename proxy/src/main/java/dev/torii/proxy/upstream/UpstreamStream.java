package dev.torii.proxy.upstream;

import dev.torii.proxy.HeaderList;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to a backend, whatever the protocol. Used on its event loop only. After {@link #cancel} or a
 * terminal event nothing more may be called.
 */
public interface UpstreamStream {

    /** Sends the head; with {@link UpstreamRequest#bodyless} also the end. */
    void sendHead(UpstreamRequest request);

    /** Sends a piece of the body and takes over the buffer. */
    void write(ByteBuf piece);

    /** Ends the body; what may not be a trailer is not among them. */
    void end(@Nullable HeaderList trailers);

    /** Whether more may be written now; {@link UpstreamEvents#onWritable} tells when it may again. */
    boolean isWritable();

    /** Stops reading the answer: back-pressure toward the backend. */
    void pause();

    void resume();

    /** Gives the request up: resets the stream or closes the connection. No event follows. */
    void cancel();
}
