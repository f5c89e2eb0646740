package dev.torii.proxy.limit.redis;

import dev.torii.proxy.limit.StoreView;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClientOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One Redis, over one connection on an event loop of its own. Each question is answered within the timeout or given up.
 *
 * <p>With the first that is not, with the first error, and with the connection, the store is down: nobody waits for it any
 * more. Then it is probed by the same script that questions use (so that a Redis without memory, without rights, or one that
 * only follows another is found out), with growing pauses. The first probe answered in time brings it back.
 */
final class Store implements Budget {

    /** How patient we are. */
    record Patience(long timeoutMs, long connectMs, long minPauseMs, long maxPauseMs, long steadyMs) {

        static final Patience USUAL = new Patience(20, 1_000, 50, 1_000, 5_000);
    }

    private enum State {
        /** Nobody knows yet: questions wait for the connection, as long as they would for an answer. */
        STARTING,
        UP,
        DOWN,
        CLOSED
    }

    private static final Logger LOG = System.getLogger(Store.class.getName());
    private static final int MAX_QUESTIONS = 2_048;
    private static final String PROBE_KEY = "torii:probe";
    private static final Terms PROBE = new Terms(1, 1_000, 1, 0, 0);

    private final Vertx vertx;
    private final ContextInternal context;
    private final String uri;
    private final String name;
    private final NetClientOptions net;
    private final Patience patience;
    private final LongSupplier clock;
    private final DoubleSupplier random;
    private final StoreCounts counts = new StoreCounts();
    private final Queue<Question> starting = new ArrayDeque<>();
    private volatile State state = State.STARTING;
    private @Nullable Link link;
    private int underWay;
    private int pauses;
    private long changed;
    private long next = -1;

    Store(Vertx vertx, String uri, NetClientOptions net, Patience patience, LongSupplier clock, DoubleSupplier random) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.uri = uri;
        this.name = name(uri);
        this.net = net;
        this.patience = patience;
        this.clock = clock;
        this.random = random;
        this.changed = clock.getAsLong();
        context.runOnContext(v -> connect());
    }

    StoreCounts counts() {
        return counts;
    }

    StoreView view() {
        return counts.view(name, state == State.UP);
    }

    @Override
    public boolean answers() {
        State now = state;
        return now == State.UP || now == State.STARTING;
    }

    @Override
    public void ask(Ask ask) {
        context.runOnContext(v -> new Question(ask).begin());
    }

    void close() {
        context.runOnContext(v -> {
            state = State.CLOSED;
            drop();
            giveUpStarting();
        });
    }

    /** One that is under way, until it is answered or its time is up. */
    private final class Question {

        private final Ask ask;
        private long timer = -1;

        Question(Ask ask) {
            this.ask = ask;
        }

        void begin() {
            boolean room = underWay + starting.size() < MAX_QUESTIONS;
            if (!answers() || !room) {
                counts.unasked();
                ask.lease().unanswered(ask);
                return;
            }
            long waited = TimeUnit.NANOSECONDS.toMillis(clock.getAsLong() - ask.since());
            timer = vertx.setTimer(Math.max(1, patience.timeoutMs() - waited), id -> overdue());
            if (state == State.UP) {
                send();
            } else {
                starting.add(this);
            }
        }

        void send() {
            Link to = link;
            if (to == null || timer < 0) {
                giveUp();
                return;
            }
            underWay++;
            long sent = clock.getAsLong();
            to.ask(ask.lease().key(), ask.terms(), ask.needed(), ask.extra()).onComplete(result -> {
                underWay--;
                if (result.succeeded()) {
                    answered(result.result(), sent);
                } else {
                    counts.error();
                    giveUp();
                    down(to, reason(result.cause()));
                }
            });
        }

        private void answered(Answer answer, long sent) {
            settle();
            counts.answered(clock.getAsLong() - sent, answer.granted());
            ask.lease().answered(Store.this, ask, answer, sent);
        }

        private void overdue() {
            timer = -1;
            counts.timeout();
            ask.lease().unanswered(ask);
            if (state == State.UP) {
                down(link, "no answer within " + patience.timeoutMs() + " ms");
            }
        }

        void giveUp() {
            if (settle()) {
                ask.lease().unanswered(ask);
            }
        }

        private boolean settle() {
            boolean open = timer >= 0;
            if (open) {
                vertx.cancelTimer(timer);
                timer = -1;
            }
            return open;
        }
    }

    /** The client is made elsewhere: the first one brings hundreds of classes with it. */
    private void connect() {
        if (state == State.CLOSED) {
            return;
        }
        vertx.executeBlocking(() -> new Link(vertx, uri, net, MAX_QUESTIONS + 1, this::lost))
                .onSuccess(this::open)
                .onFailure(invalid -> failed(reason(invalid)));
    }

    private void open(Link opening) {
        if (state == State.CLOSED) {
            opening.close();
            return;
        }
        link = opening;
        long limit = vertx.setTimer(patience.connectMs(), id -> notOpened(opening, "no connection"));
        opening.open().onComplete(opened -> {
            vertx.cancelTimer(limit);
            if (opened.succeeded() && link == opening) {
                probe(opening);
            } else if (opened.failed()) {
                notOpened(opening, reason(opened.cause()));
            }
        });
    }

    private void notOpened(Link opening, String reason) {
        if (link == opening) {
            drop();
            failed(reason);
        }
    }

    /**
     * By the same way as questions. An answer that is late, though not for ever, keeps the connection; the very first may be
     * late, for it waits for much that is only done once.
     */
    private void probe(Link through) {
        long never = vertx.setTimer(patience.connectMs(), id -> notOpened(through, "no answers"));
        long sent = clock.getAsLong();
        through.ask(PROBE_KEY, PROBE, 1, 0).onComplete(result -> {
            vertx.cancelTimer(never);
            if (link != through || state == State.CLOSED) {
                return;
            }
            long took = clock.getAsLong() - sent;
            if (result.failed()) {
                failed(reason(result.cause()));
            } else if (state == State.DOWN && took > TimeUnit.MILLISECONDS.toNanos(patience.timeoutMs())) {
                failed("slow answers");
            } else {
                up();
            }
        });
    }

    private void up() {
        if (state == State.DOWN) {
            long downFor = TimeUnit.NANOSECONDS.toMillis(clock.getAsLong() - changed);
            LOG.log(Level.INFO, "Redis {0} answers again after {1} ms: limits are shared again", name, downFor);
        }
        state = State.UP;
        changed = clock.getAsLong();
        for (Question waiting = starting.poll(); waiting != null; waiting = starting.poll()) {
            waiting.send();
        }
    }

    /** Of the connection in use: nobody waits any longer; it is looked at again soon. */
    private void down(@Nullable Link where, String reason) {
        if (link != where || !answers()) {
            return;
        }
        if (clock.getAsLong() - changed > TimeUnit.MILLISECONDS.toNanos(patience.steadyMs())) {
            pauses = 0;
        }
        LOG.log(
                Level.WARNING,
                "Redis {0} does not serve shared limits: {1}; until it does, onStoreError decides",
                name,
                reason);
        state = State.DOWN;
        changed = clock.getAsLong();
        giveUpStarting();
        later();
    }

    private void giveUpStarting() {
        for (Question waiting = starting.poll(); waiting != null; waiting = starting.poll()) {
            waiting.giveUp();
        }
    }

    private void lost() {
        link = null;
        failed("the connection is closed");
    }

    /** A connection or a probe has failed: once more, later. */
    private void failed(String reason) {
        if (state != State.CLOSED) {
            down(link, reason);
            later(); // unless that did
        }
    }

    private void later() {
        if (next >= 0) {
            return;
        }
        long pause = Math.min(patience.maxPauseMs(), patience.minPauseMs() << Math.min(pauses++, 10));
        next = vertx.setTimer(Math.max(1, (long) (pause * (0.75 + random.getAsDouble() / 2))), id -> {
            next = -1;
            Link open = link;
            if (open == null) {
                connect();
            } else {
                probe(open);
            }
        });
    }

    private void drop() {
        Link old = link;
        link = null;
        if (old != null) {
            old.close();
        }
    }

    /** As people are shown it: without user and password. */
    private static String name(String uri) {
        try {
            URI parsed = new URI(uri);
            int port = parsed.getPort() < 0 ? 6379 : parsed.getPort();
            return parsed.getHost() + ":" + port + String.valueOf(parsed.getPath());
        } catch (URISyntaxException e) {
            return "of an unreadable address";
        }
    }

    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        String line = message.lines().findFirst().orElse("");
        return line.length() > 200 ? line.substring(0, 200) : line;
    }
}
