package dev.torii.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who knows of more places than a sidecar has been told of. Asked by event loops, and only for what the snapshot does not
 * know: must be quick, and not wait.
 */
public interface Discovery {

    /** Nobody does. */
    Discovery NONE = place -> null;

    /** So long a connection waits for an answer, and is then treated as if there was none. */
    long LIMIT_MS = 1_000;

    /**
     * Asks for what owns a place.
     *
     * @param place as {@link dev.torii.routing.Mesh#unknown} spells it
     * @return completes, on any thread, when what is there is in the snapshot that is served, or there is nothing; null when
     *     there is nothing to wait for, because that was answered before or nobody can be asked
     */
    @Nullable
    CompletionStage<Void> ask(String place);

    /**
     * Tells who the app calls, of what is known as well: every minute or so, and not on an event loop.
     *
     * @param places names as {@link dev.torii.routing.Mesh#unknown} spells them, and addresses
     */
    default void called(Collection<String> places) {}

    /** Goes on, on the event loop, once: when there is an answer, or it has been waited for long enough. */
    static void await(CompletionStage<Void> answer, EventLoop loop, Runnable then) {
        ScheduledFuture<?> limit = loop.schedule(then, LIMIT_MS, TimeUnit.MILLISECONDS);
        answer.whenComplete((done, failed) -> loop.execute(() -> {
            if (limit.cancel(false)) {
                then.run();
            }
        }));
    }
}
