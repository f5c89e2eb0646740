package dev.torii.control.stream;

import dev.torii.config.stream.MalformedMessage;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.Message.FromControl;
import dev.torii.config.stream.Message.FromProxy;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * A proxy's WebSocket. Reads one message after the other, the next when the last has been dealt with; writes as fast as the
 * proxy reads, so that no more than one answer to it is ever kept. Methods may be called on any thread; what it calls, it
 * calls on its event loop.
 */
final class Connection {

    /** Of close frames; the protocol names them. */
    enum Code {
        MALFORMED(4400),
        STRANGER(4401),
        FORBIDDEN(4403),
        RESTART(1012),
        LATER(1013);

        final short number;

        Code(int number) {
            this.number = (short) number;
        }
    }

    private final ServerWebSocket socket;
    private final Context loop;
    private final Deque<FromControl> unwritten = new ArrayDeque<>();
    private volatile boolean closed;

    /**
     * On the socket's event loop.
     *
     * @param heard is given each message and calls {@link #dealtWith} when it may be given the next
     * @param left is called once, when the proxy has gone
     */
    Connection(ServerWebSocket socket, Context loop, Consumer<FromProxy> heard, Runnable left) {
        this.socket = socket;
        this.loop = loop;
        socket.closeHandler(gone -> {
            closed = true;
            unwritten.clear();
            left.run();
        });
        socket.exceptionHandler(broken -> close(Code.MALFORMED, "not a message, or too long"));
        socket.drainHandler(drained -> write());
        // whoever asks and does not listen to the answers is not asked to say more
        socket.frameHandler(frame -> {
            if (frame.isPing() && isOpen() && socket.writeQueueFull()) {
                socket.pause();
            }
        });
        socket.binaryMessageHandler(bytes -> close(Code.MALFORMED, "not text"));
        socket.textMessageHandler(text -> {
            socket.pause();
            try {
                heard.accept(Message.fromProxy(text));
            } catch (MalformedMessage e) {
                close(Code.MALFORMED, String.valueOf(e.getMessage()));
            }
        });
    }

    boolean isClosed() {
        return closed;
    }

    String token() {
        String header = socket.headers().get("authorization");
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? header.substring(7).strip()
                : "";
    }

    String remoteAddress() {
        return String.valueOf(socket.remoteAddress());
    }

    private boolean isOpen() {
        return !closed && !socket.isClosed();
    }

    void dealtWith() {
        loop.runOnContext(now -> resume());
    }

    private void resume() {
        if (isOpen()) {
            socket.resume();
        }
    }

    void tell(List<FromControl> messages) {
        if (!messages.isEmpty()) {
            loop.runOnContext(now -> {
                unwritten.addAll(messages);
                write();
            });
        }
    }

    private void write() {
        while (isOpen() && !unwritten.isEmpty() && !socket.writeQueueFull()) {
            socket.writeTextMessage(unwritten.remove().text());
        }
    }

    /** @return ends when the proxy has been told, or has gone */
    Future<Void> close(Code code, String reason) {
        Promise<Void> told = Promise.promise();
        loop.runOnContext(now -> {
            if (isOpen()) {
                unwritten.clear();
                socket.close(code.number, reason.length() > 100 ? reason.substring(0, 100) : reason)
                        .onComplete(told);
            } else {
                told.complete();
            }
        });
        return told.future();
    }
}
