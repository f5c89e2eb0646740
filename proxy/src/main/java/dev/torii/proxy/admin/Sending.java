package dev.torii.proxy.admin;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;

/**
 * A page on its way to one reader, a piece at a time as the reader takes them: what a slow one holds is the compressed
 * page and a piece. Confined to the connection's event loop.
 */
final class Sending {

    private static final int PIECE = 16 * 1024;

    private final HttpServerResponse response;
    private final InputStream content;
    private final Promise<Void> over = Promise.promise();

    /** @param response whose head is set, its length too */
    Sending(HttpServerResponse response, InputStream content) {
        this.response = response;
        this.content = content;
    }

    /** Ends when the page has left or the reader has. */
    Future<Void> start() {
        response.exceptionHandler(e -> end());
        response.closeHandler(v -> end());
        response.drainHandler(v -> more());
        more();
        return over.future();
    }

    private void more() {
        try {
            while (!over.future().isComplete() && !response.writeQueueFull()) {
                byte[] piece = content.readNBytes(PIECE);
                if (piece.length == 0) {
                    response.end();
                    end();
                } else {
                    response.write(Buffer.buffer(piece));
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail to be read", e);
        }
    }

    /** Leaves the reader without the rest. */
    void cut() {
        response.reset();
        end();
    }

    private void end() {
        if (over.tryComplete()) {
            try {
                content.close();
            } catch (IOException e) {
                throw new IllegalStateException("memory does not fail to be closed", e);
            }
        }
    }
}
