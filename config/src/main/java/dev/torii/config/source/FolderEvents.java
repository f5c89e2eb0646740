package dev.torii.config.source;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
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
 * Tells that something happened in some folders, without saying what. Best effort: where the system can give no events
 * (network file systems, no watches left) it stays silent, so whoever listens must look for himself from time to time.
 */
final class FolderEvents implements Closeable {

    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE
    };

    private final @Nullable WatchService service;
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private FolderEvents(@Nullable WatchService service) {
        this.service = service;
    }

    static FolderEvents open() {
        try {
            return new FolderEvents(FileSystems.getDefault().newWatchService());
        } catch (IOException | UnsupportedOperationException e) {
            return new FolderEvents(null);
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
     * Waits for something to happen.
     *
     * @return whether something did; false after {@code millis}, or when closed
     */
    boolean heard(long millis) throws InterruptedException {
        if (service == null) {
            closed.await(millis, TimeUnit.MILLISECONDS);
            return false;
        }
        try {
            WatchKey key = service.poll(millis, TimeUnit.MILLISECONDS);
            boolean any = key != null;
            while (key != null) {
                key.pollEvents();
                key.reset();
                key = service.poll();
            }
            return any;
        } catch (ClosedWatchServiceException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        if (service != null) {
            service.close();
        }
    }
}
