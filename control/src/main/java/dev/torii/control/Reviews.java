package dev.torii.control;

import dev.torii.config.Finding;
import dev.torii.config.compile.Review;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.source.Catalog;
import dev.torii.control.stream.Programmed;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is to be told about the objects, and gives it to the leader's work. On a thread of its own: compiling all of a
 * large mesh takes longer than a proxy may wait for an endpoint. Only the newest catalog counts, and while changes come one
 * after the other not each is reviewed: the processor is there for the proxies first.
 */
final class Reviews implements AutoCloseable {

    private static final Logger LOG = System.getLogger("dev.torii.config");
    private static final long LAST_SECONDS = 5;

    /** After a review it rests so many times as long as that took. */
    private static final long REST = 3;

    private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Programmed programmed;
    private final BooleanSupplier leads;
    private final List<LeaderWork.Maker> makers;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread made = new Thread(work, "torii-review");
        made.setDaemon(true);
        return made;
    });
    private final SnapshotCompiler compiler = new SnapshotCompiler();

    /** The newest that nobody has looked at, with all that has changed since one was. */
    private @Nullable Catalog unseen;

    private final List<LeaderWork> works = new CopyOnWriteArrayList<>();

    // on its thread:
    private @Nullable Catalog last;
    private Set<Finding> told = Set.of();

    /** When the next may begin, by {@link System#nanoTime}. */
    private volatile long rested = System.nanoTime();

    private volatile boolean needed;
    private volatile int errors;
    private volatile int warnings;

    /**
     * @param leads at this very moment
     * @param needed whether to look at all, before {@link #lead}
     */
    Reviews(Programmed programmed, BooleanSupplier leads, List<LeaderWork.Maker> makers, boolean needed) {
        this.programmed = programmed;
        this.leads = leads;
        this.makers = List.copyOf(makers);
        this.needed = needed;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    int errors() {
        return errors;
    }

    int warnings() {
        return warnings;
    }

    LeaderWork.Tally tally() {
        return works.stream().map(LeaderWork::tally).reduce(LeaderWork.Tally.NONE, LeaderWork.Tally::plus);
    }

    /** The next catalog; returns at once. */
    void catalog(Catalog next) {
        boolean first;
        synchronized (this) {
            first = unseen == null;
            unseen = first ? next : merged(unseen, next);
        }
        if (first && !thread.isShutdown()) {
            thread.schedule(() -> guarded(this::look), rested - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private static Catalog merged(@Nullable Catalog before, Catalog next) {
        Set<ObjectKey> changed = new HashSet<>(next.changed());
        changed.addAll(before == null ? Set.of() : before.changed());
        return new Catalog(
                next.resources(), next.documents(), changed, next.findings(), next.unreadable(), next.bundleVersion());
    }

    /** From now on this process works for all; returns when it has begun. */
    void lead() {
        needed = true;
        thread.execute(() -> guarded(() -> {
            makers.forEach(maker -> works.add(maker.begin(programmed, leads)));
            if (last != null) {
                review(last);
            }
        }));
    }

    /** No longer; returns when nothing is under way any more. */
    void follow() {
        needed = false;
        try {
            thread.submit(() -> guarded(this::end)).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.log(Level.ERROR, "leaving", e);
        }
    }

    private void end() {
        works.forEach(LeaderWork::close);
        works.clear();
    }

    private void look() {
        Catalog next;
        synchronized (this) {
            next = unseen;
            unseen = null;
        }
        if (next != null) {
            last = next;
            if (needed) {
                review(next);
            }
        }
    }

    private void review(Catalog catalog) {
        long began = System.nanoTime();
        Review review = compiler.review(catalog.resources(), catalog.unreadable(), catalog.bundleVersion());
        long ended = System.nanoTime();
        rested = ended + Math.min(REST * (ended - began), LONGEST_REST_NANOS);
        works.forEach(work -> work.catalog(catalog, review));
        tell(catalog, review);
    }

    /** One line for each finding that was not there before. */
    private void tell(Catalog catalog, Review review) {
        Set<Finding> now = new HashSet<>(catalog.findings());
        now.addAll(review.findings());
        now.stream()
                .filter(each -> !told.contains(each))
                .sorted()
                .forEach(each -> LOG.log(each.isError() ? Level.ERROR : Level.WARNING, each.toString()));
        told = now;
        errors = (int) now.stream().filter(Finding::isError).count();
        warnings = now.size() - errors;
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "review", e);
        }
    }

    @Override
    public void close() {
        if (!thread.isShutdown()) {
            follow();
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
