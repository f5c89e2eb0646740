package dev.torii.config.stream;

import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Want;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one connection has to say, on a thread of its own: who wants something said never waits for the network. Control
 * is asked for a sign of life now and then, so that a connection of which only one end is left is found out.
 */
final class Sender {

    private final WebSocket socket;
    private final Wants wants;
    private final int pingMillis;
    private final Thread thread = Stream.daemon(this::run, "torii-control-sender");
    /** One for each commit, and control waits for one before it commits again. */
    private final Queue<Ack> acks = new ArrayDeque<>();

    private long pinged = System.nanoTime();
    private boolean woken;
    private boolean ended;

    Sender(WebSocket socket, Wants wants, int pingMillis) {
        this.socket = socket;
        this.wants = wants;
        this.pingMillis = pingMillis;
    }

    void start() {
        thread.start();
    }

    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    synchronized void say(Ack ack) {
        acks.add(ack);
        wake();
    }

    private void run() {
        try {
            while (awaitWork()) {
                socket.pong();
                for (Ack ack = next(); ack != null; ack = next()) {
                    socket.send(ack.text());
                }
                List<String> places = wants.takeUnsent();
                if (!places.isEmpty()) {
                    socket.send(new Want(places).text());
                }
            }
        } catch (IOException e) {
            socket.close(); // the receiving side hears of it, and tells
        }
    }

    private synchronized @Nullable Ack next() {
        return acks.poll();
    }

    /** Until there is something to say; false when nothing can be said any more. */
    private boolean awaitWork() throws IOException {
        synchronized (this) {
            try {
                for (long left = left(); left > 0 && !ended && !woken; left = left()) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            woken = false;
            if (ended) {
                return false;
            }
        }
        if (left() <= 0) {
            pinged = System.nanoTime();
            socket.ping();
        }
        return true;
    }

    /** Until the next ping. */
    private long left() {
        return pinged + TimeUnit.MILLISECONDS.toNanos(pingMillis) - System.nanoTime();
    }

    /** Says why it is left, if that can still be said. */
    void last(int code) {
        end();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
            if (!thread.isAlive()) {
                socket.sendClose(code);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // the other side has gone already
        }
    }

    void end() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }
}
