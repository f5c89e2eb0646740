package dev.torii.cli;

import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** What all roles have in common as processes: they start or fail with one line, and drain when told to end. */
final class Running {

    private Running() {}

    /** Paths that a user named have to be there. */
    static void requirePaths(List<Path> paths) {
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw new Failure(path + ": no such file or folder");
            }
        }
    }

    /**
     * Blocks until a role has stopped. Told to end while it still starts, the process drains what has started.
     *
     * @param drain begins its end, and ends with it; called when the process is told to end
     * @param stopped ends when the role has stopped, whoever asked for it
     */
    static <R> int untilStopped(Future<R> starting, Function<R, Future<Void>> drain, Function<R, Future<Void>> stopped)
            throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(starting.compose(drain)), "drain"));
        await(starting.compose(stopped));
        return Torii.CLEAN;
    }

    /** Runs when the process ends: waits for the drain, and makes that a clean end. What did not start has been told. */
    private static void end(Future<Void> drained) {
        try {
            await(drained);
            Runtime.getRuntime().halt(Torii.CLEAN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Failure startFailed) {
            return;
        }
    }

    /** The result; a failure is one line for the user. */
    static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new Failure(String.valueOf(cause.getMessage()));
        }
    }
}
