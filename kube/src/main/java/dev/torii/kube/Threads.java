package dev.torii.kube;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How this module waits, and what it says of an API server that did not do what it was asked for. */
final class Threads {

    private static final Logger LOG = System.getLogger(Threads.class.getName());
    private static final int LONGEST_LINE = 300;

    private Threads() {}

    /** One thread, which ends with the process. */
    static ScheduledExecutorService daemon(String name) {
        return Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Until it has ended, or the time is up. */
    static void await(ScheduledExecutorService ending, Duration limit) {
        try {
            if (!ending.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(Level.WARNING, "still busy after " + limit + ", left alone");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until it is done, or the time is up. */
    static void await(Future<?> work, Duration limit) {
        try {
            work.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException late) {
            LOG.log(Level.WARNING, "still busy after " + limit + ", left alone");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Why, as one line: what the API server said, or else the innermost reason. */
    static String line(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause.getCause() != null && depth < 10; depth++) {
            cause = cause.getCause();
        }
        if (cause instanceof KubernetesClientException said && said.getStatus() != null) {
            return firstLine("the API server says " + said.getCode() + ": "
                    + said.getStatus().getMessage());
        }
        String message = cause.getMessage();
        return firstLine(message == null || message.isBlank() ? cause.getClass().getSimpleName() : message);
    }

    private static String firstLine(String text) {
        String line = text.lines().findFirst().orElse("").strip();
        return line.substring(0, Math.min(LONGEST_LINE, line.length()));
    }

    /** Somebody else was faster, or took it away. */
    static boolean isConflict(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
    }
}
