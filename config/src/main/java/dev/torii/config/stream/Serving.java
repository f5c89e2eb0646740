package dev.torii.config.stream;

import dev.torii.config.source.Read;
import dev.torii.config.source.Source.Taken;
import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.You;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What this proxy has in full, from control or from the copy of a process before it, and what became of it. One
 * change after the other; safe on any thread.
 */
final class Serving {

    private static final Logger LOG = System.getLogger("dev.torii.control");
    private static final int MOST_PROBLEMS = 20;
    private static final int LONGEST_PROBLEM = 500;

    private final Function<Read, Taken> taker;
    private final Consumer<You> onYou;
    private final Hello self;
    private final Wants wants;
    private final @Nullable Keeper keeper;
    private final Copy.@Nullable Kept kept;
    private View view;
    private @Nullable Taken taken;
    private boolean closed;

    /** Reads the copy, which goes live only when somebody says so. */
    Serving(Function<Read, Taken> taker, Consumer<You> onYou, Hello self, Wants wants, @Nullable Copy copy) {
        this.taker = taker;
        this.onYou = onYou;
        this.self = self;
        this.wants = wants;
        this.keeper = copy == null ? null : new Keeper(copy);
        this.kept = copy == null ? null : copy.read(self);
        this.view = kept == null ? View.NONE : kept.view();
        if (kept != null) {
            wants.restore(kept.hello().wants());
        }
    }

    /** What control need not send again, though it may not be live. */
    synchronized View view() {
        return view;
    }

    /** The first word of a conversation. */
    Hello hello(View having) {
        return self.with(wants.begin(), having.version());
    }

    boolean hasCopy() {
        return kept != null;
    }

    /** Serves the copy, if nothing has been committed yet. */
    synchronized void serveCopy() {
        if (kept != null && taken == null && !closed) {
            LOG.log(Level.WARNING, "control does not answer; starting from the copy of an earlier configuration");
            take(view);
        }
    }

    /** Makes a view live; null when all is over. */
    synchronized @Nullable Ack commit(View next, List<String> answered) {
        if (closed) {
            return null;
        }
        // control commits too what the proxy has told to have already
        Taken before = taken;
        Taken now = before == null || !next.equals(view) ? take(next) : before;
        wants.answered(answered);
        if (keeper != null) {
            keeper.keep(new Copy.Kept(self.with(wants.sorted(), next.version()), next));
        }
        List<String> problems = new ArrayList<>(now.problems());
        problems.addAll(next.problems());
        return new Ack(next.version(), now.serving(), shortened(problems));
    }

    private Taken take(View next) {
        You you = next.you();
        if (you != null) {
            onYou.accept(you);
        }
        view = next;
        Taken now = given(next);
        taken = now;
        return now;
    }

    /** Our own bug must not end the following. */
    private Taken given(View next) {
        try {
            return taker.apply(next.read());
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "configuration " + next.version(), bug);
            return new Taken(taken == null ? "" : taken.serving(), List.of("internal error: " + bug));
        }
    }

    private static List<String> shortened(List<String> problems) {
        return problems.stream()
                .distinct()
                .limit(MOST_PROBLEMS)
                .map(line -> line.length() > LONGEST_PROBLEM ? line.substring(0, LONGEST_PROBLEM) + "…" : line)
                .toList();
    }

    /** Nothing is taken any more; waits for what is under way. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        if (keeper != null) {
            keeper.close();
        }
    }
}
