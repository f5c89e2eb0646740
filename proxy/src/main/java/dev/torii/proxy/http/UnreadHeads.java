package dev.torii.proxy.http;

import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.vertx.core.Handler;
import org.jspecify.annotations.Nullable;

/**
 * Notices the HTTP/2 streams of which no request comes: Netty answers a head that is far too long with 431 by itself,
 * and Vert.x resets one that is malformed.
 */
final class UnreadHeads extends Http2ConnectionAdapter {

    private final Handler<Boolean> told;
    private @Nullable Http2Stream reading;

    private UnreadHeads(Handler<Boolean> told) {
        this.told = told;
    }

    /** @param told of each such stream whether it was answered */
    static UnreadHeads watch(Http2ConnectionHandler codec, Handler<Boolean> told) {
        UnreadHeads watch = new UnreadHeads(told);
        codec.connection().addListener(watch);
        return watch;
    }

    /** The stream whose head was read last has become a request. */
    void isRequest() {
        reading = null;
    }

    @Override
    public void onStreamAdded(Http2Stream stream) {
        isNone();
        reading = stream;
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        if (stream == reading) {
            isNone();
        }
    }

    private void isNone() {
        Http2Stream unread = reading;
        reading = null;
        if (unread != null) {
            told.handle(unread.isHeadersSent());
        }
    }
}
