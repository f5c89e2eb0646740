package dev.torii.config.source;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells that something happened in some folders that may concern manifests, without saying what: other files may grow and
 * come and go beside them as they like. Best effort: where the system can give no events (network file systems, no watches
 * left) it stays silent, so whoever listens must look for himself from time to time.
 */
final class FolderEvents implements Closeable {

    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE
    };

    /** How often at most what does not concern us wakes us up. */
    private static final long NOISE_MILLIS = 5;

    private final @Nullable WatchService service;
    private final Set<String> names;
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private FolderEvents(@Nullable WatchService service, Set<String> names) {
        this.service = service;
        this.names = names;
    }

    /** @param names of files and folders that count, whatever they are called */
    static FolderEvents open(Set<String> names) {
        try {
            return new FolderEvents(FileSystems.getDefault().newWatchService(), names);
        } catch (IOException | UnsupportedOperationException e) {
            return new FolderEvents(null, names);
        }
    }

    /** Listens to these folders and to no others. */
    void follow(Set<Path> folders) {
        if (service == null) {
            return;
        }
        keys.entrySet().removeIf(entry -> {
            boolean gone =
                    !folders.contains(entry.getKey()) || !entry.getValue().isValid();
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        for (Path folder : folders) {
            keys.computeIfAbsent(folder, this::register);
        }
    }

    /** Null for a folder that is gone, or when the system has no watch left: whoever listens looks for himself as well. */
    private @Nullable WatchKey register(Path folder) {
        try {
            return service == null ? null : folder.register(service, KINDS);
        } catch (IOException | ClosedWatchServiceException e) {
            return null;
        }
    }

    /**
     * Waits for something to happen that may concern manifests.
     *
     * @return whether something did; false after {@code millis}, or when closed
     */
    boolean heard(long millis) throws InterruptedException {
        if (service == null) {
            closed.await(millis, TimeUnit.MILLISECONDS);
            return false;
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (true) {
                WatchKey key = service.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (key == null) {
                    return false;
                } else if (concerns(key)) {
                    return true;
                } else if (end - System.nanoTime() < TimeUnit.MILLISECONDS.toNanos(NOISE_MILLIS)) {
                    return false; // there may always be more noise
                }
                closed.await(NOISE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (ClosedWatchServiceException e) {
            return false;
        }
    }

    /** Takes all that happened so far, in the folder of that key and the others. */
    private boolean concerns(WatchKey first) {
        boolean any = false;
        for (WatchKey key = first; key != null && service != null; key = service.poll()) {
            Path folder = (Path) key.watchable();
            for (WatchEvent<?> event : key.pollEvents()) {
                any |= concerns(folder, event);
            }
            // A folder that is gone itself can be heard of no more.
            any |= !key.reset();
        }
        return any;
    }

    /** What {@link Scan} might take, and what {@code ..data} of a mounted ConfigMap stands for. */
    private boolean concerns(Path folder, WatchEvent<?> event) {
        if (!(event.context() instanceof Path name)) {
            return true; // too much happened to be told
        }
        String text = name.toString();
        if (names.contains(text) || text.startsWith("..")) {
            return true;
        } else if (text.startsWith(".")) {
            return false;
        }
        Path path = folder.resolve(name);
        return Scan.isManifest(text) || keys.containsKey(path) || isNewFolder(path, event);
    }

    private static boolean isNewFolder(Path path, WatchEvent<?> event) {
        return event.kind() == StandardWatchEventKinds.ENTRY_CREATE && Files.isDirectory(path);
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        if (service != null) {
            service.close();
        }
    }
}
