package dev.torii.proxy.upstream;

import dev.torii.proxy.Fault;
import dev.torii.proxy.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** One request as a stream of an {@link Http2Session}. */
final class Http2Stream implements UpstreamStream {

    private final Http2Session session;
    private @Nullable UpstreamEvents events;
    private io.netty.handler.codec.http2.@Nullable Http2Stream stream;
    private boolean head;
    private boolean bodyless;
    private boolean requestEnded;
    private boolean heard;
    private boolean started;
    private boolean paused;
    private int unreturned;

    Http2Stream(Http2Session session, UpstreamEvents events) {
        this.session = session;
        this.events = events;
    }

    @Override
    public void sendHead(UpstreamRequest request) {
        head = request.method().equals("HEAD");
        requestEnded = request.bodyless();
        stream = session.begin(this, Http2Heads.of(request), request.bodyless());
    }

    /** @param tooLarge whether the head is over the limit that the backend has set */
    void onUnsent(boolean tooLarge) {
        if (tooLarge) {
            fail(Fault.TL, "headers_too_large_for_backend", false, false);
        } else {
            fail(Fault.UC, "no_stream", true, true);
        }
    }

    @Override
    public void write(ByteBuf piece) {
        io.netty.handler.codec.http2.Http2Stream open = stream;
        if (open == null) {
            piece.release();
        } else {
            session.write(open.id(), piece);
        }
    }

    @Override
    public void end(@Nullable HeaderList trailers) {
        requestEnded = true;
        io.netty.handler.codec.http2.Http2Stream open = stream;
        if (open != null) {
            session.end(open.id(), trailers);
        }
    }

    @Override
    public boolean isWritable() {
        io.netty.handler.codec.http2.Http2Stream open = stream;
        return open != null && session.encoder().flowController().isWritable(open);
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
        io.netty.handler.codec.http2.Http2Stream open = stream;
        if (open != null && unreturned > 0) {
            int bytes = unreturned;
            unreturned = 0;
            session.consumed(open, bytes);
        }
    }

    @Override
    public void cancel() {
        if (events != null) {
            finish(true);
        }
    }

    /** The answer is complete or given up; a request that nobody waits for any more is broken off. */
    private void finish(boolean reset) {
        events = null;
        io.netty.handler.codec.http2.Http2Stream open = stream;
        if (reset && open != null) {
            session.reset(open.id(), Http2Error.CANCEL);
        }
        session.released();
    }

    private void fail(Fault fault, String detail, boolean unsent, boolean unanswered) {
        UpstreamEvents to = events;
        if (to != null) {
            finish(false);
            to.onFailure(fault, detail, unsent, unanswered);
        }
    }

    void onHeaders(Http2Headers block, boolean end) {
        UpstreamEvents to = events;
        if (to == null) {
            return;
        }
        heard = true;
        if (started) {
            finish(!requestEnded);
            to.onEnd(Http2Heads.trailers(block));
            return;
        }
        int status = Http2Heads.status(block);
        if (status < 0 || status == 101 || (status < 200 && end)) {
            malformed(to);
        } else if (status < 200) {
            to.onInterim(status, Http2Heads.lines(block));
        } else {
            started = true;
            bodyless = head || status == 204 || status == 304 || end;
            to.onHead(status, Http2Heads.lines(block), bodyless);
            if (events == to) {
                headPassedOn(to, end);
            }
        }
    }

    private void headPassedOn(UpstreamEvents to, boolean end) {
        if (end) {
            finish(!requestEnded);
            to.onEnd(null);
        } else {
            session.touch(this);
        }
    }

    private void malformed(UpstreamEvents to) {
        finish(true);
        to.onFailure(Fault.UPE, started ? "malformed_body" : "malformed_response", false, false);
    }

    /**
     * @param bytes with padding
     * @return how many of them need not be waited for: none while the client reads too slowly
     */
    int onData(ByteBuf data, int bytes, boolean end) {
        UpstreamEvents to = events;
        if (to == null) {
            return bytes;
        }
        if (!started || (bodyless && data.isReadable())) {
            malformed(to);
            return bytes;
        }
        if (end) {
            finish(!requestEnded);
        } else {
            session.touch(this);
        }
        if (data.isReadable()) {
            to.onData(data.retain(), end);
        } else if (end) {
            to.onEnd(null);
        }
        if (!paused || end) {
            return bytes;
        }
        unreturned += bytes;
        return 0;
    }

    void onReset(long code) {
        boolean refused = code == Http2Error.REFUSED_STREAM.code();
        fail(Fault.UC, started ? "reset_midway" : "reset_before_answer", refused && !started, false);
    }

    /** The backend broke the rules within this stream, which is being reset. */
    void onMalformed() {
        fail(Fault.UPE, started ? "malformed_body" : "malformed_response", false, false);
    }

    /**
     * @param broken whether the backend broke the rules of the whole connection
     * @param untouched whether the backend has said that it never looked at this stream
     */
    void onClosed(boolean broken, boolean untouched) {
        if (broken) {
            onMalformed();
        } else {
            fail(Fault.UC, started ? "closed_midway" : "closed_before_answer", untouched, !heard);
        }
    }

    void onWritabilityChanged() {
        UpstreamEvents to = events;
        if (to != null && isWritable()) {
            to.onWritable();
        }
    }

    void onReadComplete() {
        UpstreamEvents to = events;
        if (to != null) {
            to.onReadComplete();
        }
    }
}
