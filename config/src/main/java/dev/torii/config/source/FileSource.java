package dev.torii.config.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Follows manifests in files and folders through every kind of change: writes in place, editors that rename, deleted and
 * new files and folders, and the turning of links by which Kubernetes updates a mounted ConfigMap.
 *
 * <p>The system's file events make it quick; a look of its own every {@value #LOOK_MILLIS} ms (less often where looking is
 * slow) makes it sure. A change is reported when {@value #QUIET_MILLIS} ms have passed without another one. What is
 * unreadable, or has just lost its content, may be half written: it gets until {@value #LONGEST_MILLIS} ms after the first
 * sign of the change, and so does a file that never stops changing.
 *
 * <p>A read that is not {@link Read#readable} must not go live: whoever gets it keeps what it had and shows the findings.
 */
public final class FileSource implements Source.Following {

    private static final long LOOK_MILLIS = 100;
    private static final long QUIET_MILLIS = 50;
    private static final long LONGEST_MILLIS = 200;

    /** Looking may take at most one in so many parts of the time. */
    private static final long LOOK_SHARE = 50;

    private final Manifests manifests;
    private final FolderEvents events;
    private final Consumer<Read> onChange;
    private final long longestNanos;
    private final Thread thread;
    private volatile boolean closed;
    private Read delivered;
    private Set<Path> contentDelivered;

    private FileSource(List<Path> paths, Manifests manifests, Consumer<Read> onChange, long longestMillis) {
        this.manifests = manifests;
        this.events = FolderEvents.open(names(paths));
        this.onChange = onChange;
        this.longestNanos = TimeUnit.MILLISECONDS.toNanos(longestMillis);
        this.events.follow(manifests.look().folders());
        this.delivered = manifests.read();
        this.contentDelivered = manifests.withContent();
        this.thread = new Thread(this::run, "torii-config");
        this.thread.setDaemon(true);
    }

    /**
     * Reads, hands what came of it to {@code onChange} before returning, and from then on hands over every change from a
     * daemon thread named {@code torii-config}.
     *
     * @param paths files and folders; missing ones are findings, and are followed until they appear
     * @param onChange is called by one thread at a time; what it throws goes to its thread's uncaught exception handler
     *     and ends nothing
     */
    public static FileSource watch(List<Path> paths, Consumer<Read> onChange) {
        return watch(paths, onChange, LONGEST_MILLIS);
    }

    static FileSource watch(List<Path> paths, Consumer<Read> onChange, long longestMillis) {
        Manifests manifests = new Manifests(paths, Clock.systemUTC(), FileRead.Keep.RESOURCES);
        return new FileSource(paths, manifests, onChange, longestMillis).started();
    }

    /** The same for somebody who wants the objects' texts too. */
    static FileSource watchTexts(List<Path> paths, BiConsumer<Read, List<FileRead>> onChange) {
        Manifests manifests = new Manifests(paths, Clock.systemUTC(), FileRead.Keep.RESOURCES_AND_TEXTS);
        Consumer<Read> both = read -> onChange.accept(read, manifests.files());
        return new FileSource(paths, manifests, both, LONGEST_MILLIS).started();
    }

    private FileSource started() {
        onChange.accept(delivered);
        thread.start();
        return this;
    }

    private static Set<String> names(List<Path> paths) {
        return paths.stream()
                .map(path -> path.toAbsolutePath().getFileName())
                .filter(Objects::nonNull)
                .map(Path::toString)
                .collect(Collectors.toUnmodifiableSet());
    }

    private void run() {
        try {
            long pause = LOOK_MILLIS;
            while (!closed) {
                boolean heard = events.heard(pause);
                long start = System.nanoTime();
                Scan now = manifests.look();
                pause = Math.max(LOOK_MILLIS, LOOK_SHARE * TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
                events.follow(now.folders());
                if (!closed && manifests.differsFrom(now)) {
                    deliver(settle(now, heard));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Reads when the files have come to rest.
     *
     * @param heard whether the system told of the change: then its silence is enough, else two looks must be alike
     */
    private Read settle(Scan first, boolean heard) throws InterruptedException {
        long deadline = System.nanoTime() + longestNanos;
        Scan before = first;
        while (true) {
            awaitQuiet(deadline);
            Scan now = manifests.look();
            boolean late = System.nanoTime() >= deadline;
            if (late || heard || now.equals(before)) {
                Read read = manifests.read();
                if (late || read.readable() && manifests.withContent().containsAll(contentDelivered)) {
                    return read;
                }
            }
            before = now;
        }
    }

    private void awaitQuiet(long deadline) throws InterruptedException {
        long left = QUIET_MILLIS;
        while (left > 0 && !closed && events.heard(left)) {
            left = Math.min(QUIET_MILLIS, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
        }
    }

    private void deliver(Read read) {
        if (read == delivered || closed) {
            return;
        }
        delivered = read;
        contentDelivered = manifests.withContent();
        try {
            onChange.accept(read);
        } catch (RuntimeException e) {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    /** Ends the following; waits for a call of {@code onChange} that is under way, and none begins after. Safe
     * to call twice, and from within {@code onChange}. */
    @Override
    public void close() {
        closed = true;
        try {
            events.close();
            if (Thread.currentThread() != thread) {
                thread.join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
