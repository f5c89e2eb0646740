package dev.torii.config.stream;

import dev.torii.config.Wording;
import dev.torii.config.source.Source;
import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.Delete;
import dev.torii.config.stream.Message.FromControl;
import dev.torii.config.stream.Message.Put;
import dev.torii.config.stream.Message.Reset;
import dev.torii.config.stream.Message.You;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The conversation with control, begun again whenever it ends. Its own thread receives and serves; while there is a
 * connection, {@link Sender} has one more.
 */
final class Stream implements Source.Following {

    private static final Logger LOG = System.getLogger("dev.torii.control");
    private static final double NANOS = 1e9;

    private final ControlAddress control;
    private final Dialer dialer;
    private final Times times;
    private final Serving serving;
    private final Wants wants;
    private final long most;
    private final Thread thread = daemon(this::run, "torii-control");
    private volatile @Nullable Closeable connection;
    private volatile @Nullable Sender sender;
    private final Rest rest = new Rest();
    private volatile boolean closed;
    private volatile @Nullable Long heardNanos;
    /** Whether the connection ends because it is to begin anew. */
    private volatile boolean renewed;

    private String told = "";

    /** @param most characters that a view may have */
    Stream(ControlAddress control, Dialer dialer, Times times, Serving serving, Wants wants, long most) {
        this.control = control;
        this.dialer = dialer;
        this.times = times;
        this.serving = serving;
        this.wants = wants;
        this.most = most;
    }

    static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        thread.start();
        if (serving.hasCopy()) {
            daemon(this::serveCopyLater, "torii-copy").start();
        }
    }

    private void serveCopyLater() {
        rest.take(times.patienceMillis());
        serving.serveCopy();
    }

    Source.Contact contact() {
        Long heard = heardNanos;
        return new Source.Contact(sender != null, heard == null ? Double.NaN : (System.nanoTime() - heard) / NANOS);
    }

    /** Begins the conversation anew: there is no word for what has become less. */
    void again() {
        Closeable open = connection;
        if (sender != null && open != null) {
            renewed = true;
            close(open);
        }
    }

    /** There is something to say. */
    void wake() {
        Sender talking = sender;
        if (talking != null) {
            talking.wake();
        }
    }

    private void run() {
        int pause = times.firstPauseMillis();
        while (!closed) {
            boolean heard = false;
            try (WebSocket socket = dialer.open(opening -> connection = opening)) {
                heard = converse(socket);
            } catch (IOException e) {
                tell(e);
            } catch (RuntimeException bug) {
                LOG.log(Level.ERROR, "following control", bug);
            }
            pause = heard ? times.firstPauseMillis() : pause;
            // proxies that lost the same control do not come back all at once
            rest.take(pause / 2 + ThreadLocalRandom.current().nextInt(pause / 2 + 1));
            pause = Math.min(2 * pause, times.lastPauseMillis());
        }
    }

    /**
     * Goes on until the connection ends.
     *
     * @return whether control has committed something
     */
    private boolean converse(WebSocket socket) {
        boolean heard = false;
        renewed = false;
        View having = serving.view();
        Batch batch = new Batch(having, most);
        Sender talking = new Sender(socket, wants, times.pingMillis());
        try {
            sender = talking; // what is asked for from now on is not in the hello
            socket.send(serving.hello(having).text());
            talking.start();
            while (!closed) {
                FromControl message = Message.fromControl(socket.receive(this::heard, talking::wake));
                if (message instanceof Commit commit) {
                    Ack ack = serving.commit(batch.commit(commit.version()), commit.answered());
                    if (ack != null) {
                        talking.say(ack);
                    }
                    tellThatItIsThere(heard);
                    heard = true;
                } else {
                    change(batch, message);
                }
            }
        } catch (MalformedMessage e) {
            talking.last(WebSocketException.UNACCEPTABLE);
            tell("said something wrong: " + e.getMessage());
        } catch (WebSocketException e) {
            talking.last(e.code());
            tell(e);
        } catch (IOException e) {
            tell(e);
        } finally {
            sender = null;
            talking.end();
            wants.end();
        }
        return heard;
    }

    private void heard() {
        heardNanos = System.nanoTime();
    }

    private static void change(Batch batch, FromControl message) throws MalformedMessage {
        if (message instanceof Put put) {
            batch.put(put.json());
        } else if (message instanceof Delete delete) {
            batch.delete(delete.object());
        } else if (message instanceof You you) {
            batch.you(you);
        } else if (message instanceof Reset) {
            batch.reset();
        }
    }

    private void tellThatItIsThere(boolean before) {
        if (!before) {
            LOG.log(Level.INFO, "following control at {0}", control);
            told = "";
        }
    }

    private void tell(IOException e) {
        tell(
                e instanceof SocketTimeoutException
                        ? "has said nothing for " + times.deadMillis() / 1_000 + " s"
                        : Wording.line(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
    }

    /** Each trouble once, as long as it lasts. */
    private void tell(String what) {
        if (!closed && !renewed && !what.equals(told)) {
            LOG.log(Level.WARNING, "control at {0}: {1}; trying again", control, what);
            told = what;
        }
    }

    @Override
    public void close() {
        closed = true;
        rest.end();
        Closeable open = connection;
        if (open != null) {
            close(open);
        }
        serving.close();
    }

    private static void close(Closeable open) {
        try {
            open.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing", e);
        }
    }
}
