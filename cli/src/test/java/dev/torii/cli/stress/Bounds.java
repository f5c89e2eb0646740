package dev.torii.cli.stress;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Looks ten times a second at what a sidecar keeps of Services: in flight and waiting, beside their limits. */
final class Bounds implements AutoCloseable {

    private static final long EVERY_NANOS = 100_000_000;

    private final Pod pod;
    private final List<String> services;
    private final Map<String, Most> most = new TreeMap<>();
    private final Thread thread = new Thread(this::watch, "bounds");
    private volatile boolean watches = true;
    private volatile @Nullable Throwable failure;

    /** @param limit 0 where there is none */
    record Most(long seen, long limit) {}

    Bounds(Pod pod, List<String> services) {
        this.pod = pod;
        this.services = services;
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            while (watches) {
                look();
                LockSupport.parkNanos(EVERY_NANOS);
            }
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    private void look() {
        for (String service : services) {
            JsonObject cluster = pod.cluster(service);
            for (String part : List.of("requests", "queue")) {
                JsonObject usage = cluster.getJsonObject(part);
                Number limit = usage.getNumber("limit");
                most.merge(
                        service + " " + part,
                        new Most(usage.getLong("current"), limit == null ? 0 : limit.longValue()),
                        (one, other) -> new Most(Math.max(one.seen, other.seen), Math.max(one.limit, other.limit)));
            }
        }
    }

    /** The most of each, once it looks no longer. */
    Map<String, Most> most() {
        close();
        if (failure != null) {
            throw new AssertionError("it could not look", failure);
        }
        return most;
    }

    @Override
    public void close() {
        watches = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
