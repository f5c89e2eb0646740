package dev.torii.proxy.http;

import dev.torii.proxy.limit.Asker;
import dev.torii.routing.RequestView;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request's way through its {@link Checkpoint checkpoints}, in their order. While it waits, its deadline counts, no
 * more of its body is read, and it may end at any time: by its deadline, or because the client goes. What a checkpoint
 * says after that is not heard.
 */
final class Passage implements Asker {

    private final HttpExchange exchange;
    private final Decision.Forward to;
    private final Routing routing;
    private final EventLoop eventLoop;
    private final Reply reply;
    private int passed;
    private boolean over;
    private @Nullable Runnable whenGone;

    Passage(HttpExchange exchange, Decision.Forward to, Routing routing, Reply reply, EventLoop eventLoop) {
        this.exchange = exchange;
        this.to = to;
        this.routing = routing;
        this.eventLoop = eventLoop;
        this.reply = reply;
    }

    /** With its header lines as the filters have left them; all else as the client sent it. */
    @Override
    public RequestView request() {
        return routing.head();
    }

    @Override
    public @Nullable String cookie(String name) {
        return routing.head().cookie(name);
    }

    @Override
    public String clientAddress() {
        return routing.clientAddress();
    }

    /** On which everything here happens. */
    EventLoop eventLoop() {
        return eventLoop;
    }

    /** The answer, whoever gives it, is to carry these: name, value, name, value, … */
    void answerAlso(List<String> headers) {
        reply.also(headers);
    }

    /** What to do when the request ends while it waits; forgotten once the checkpoint has let it pass. */
    void whenGone(Runnable undo) {
        whenGone = undo;
    }

    /** Lets it wait before the checkpoint goes on with it. */
    void delay(long ms, Runnable then) {
        ScheduledFuture<?> timer = eventLoop.schedule(() -> exchange.guarded(then), ms, TimeUnit.MILLISECONDS);
        whenGone(() -> timer.cancel(false));
    }

    /** A failure is rehearsed on it. */
    void injected(String fault, boolean abort) {
        exchange.injected(fault, to.cluster().service(), abort);
    }

    /** On to the next checkpoint, or to the backend. */
    void pass() {
        if (!over) {
            whenGone = null;
            exchange.guarded(this::step);
        }
    }

    private void step() {
        List<Checkpoint> all = to.backend().checkpoints();
        if (passed < all.size()) {
            all.get(passed++).enter(this);
        } else {
            over = true;
            exchange.send(to);
        }
    }

    /** Not any further. */
    void refuse(Decision.Refuse why) {
        if (!over) {
            over = true;
            whenGone = null;
            exchange.refused(why);
        }
    }

    /** The request has ended. */
    void leave() {
        over = true;
        Runnable undo = whenGone;
        whenGone = null;
        if (undo != null) {
            undo.run();
        }
    }
}
