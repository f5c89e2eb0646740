package dev.torii.config.source;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Manifests in files, looked at again and again. Files that have not changed are not parsed again. For one thread at a
 * time.
 */
final class Manifests {

    /** Two writes closer than this may leave the same time on a file. */
    private static final long TIMESTAMP_MILLIS = 50;

    /**
     * @param doubtful whether the file was so new when it was read that a later write may not show in its stamp
     */
    private record Known(Scan.Stamp stamp, boolean doubtful, String digest, FileRead read) {}

    private final List<Path> paths;
    private final Clock clock;
    private final FileRead.Keep keep;
    private Scan scan = new Scan(Map.of(), Set.of(), List.of());
    private Map<Path, Known> known = new LinkedHashMap<>();
    private @Nullable Read last;

    Manifests(List<Path> paths, Clock clock, FileRead.Keep keep) {
        this.paths = List.copyOf(paths);
        this.clock = clock;
        this.keep = keep;
    }

    /** Looks which files there are. */
    Scan look() {
        return Scan.of(paths);
    }

    /** Whether reading might bring something new. */
    boolean differsFrom(Scan now) {
        return !now.files().equals(scan.files())
                || !now.problems().equals(scan.problems())
                || known.values().stream().anyMatch(Known::doubtful);
    }

    /** The files that had content at the last reading. */
    Set<Path> withContent() {
        return known.entrySet().stream()
                .filter(each -> each.getValue().read().bytes() > 0)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Reads what is there. When that is the same as before, so is the answer. */
    Read read() {
        Scan now = look();
        boolean changed = last == null || !now.problems().equals(scan.problems());
        Map<Path, Known> loaded = new LinkedHashMap<>();
        for (Map.Entry<Path, Scan.Stamp> file : now.files().entrySet()) {
            Known before = known.get(file.getKey());
            Known after = load(file.getKey(), file.getValue(), before);
            changed |= before == null || before.read() != after.read();
            loaded.put(file.getKey(), after);
        }
        changed |= loaded.size() != known.size();
        scan = now;
        known = loaded;
        if (changed || last == null) {
            last = ManifestReader.merge(files(), now.problems());
        }
        return last;
    }

    /** The files as they were at the last reading. */
    List<FileRead> files() {
        return known.values().stream().map(Known::read).toList();
    }

    private Known load(Path file, Scan.Stamp stamp, @Nullable Known before) {
        if (before != null && before.stamp().equals(stamp) && !before.doubtful()) {
            return before;
        }
        long age = clock.millis() - TimeUnit.NANOSECONDS.toMillis(stamp.modifiedNanos());
        boolean doubtful = Math.abs(age) < TIMESTAMP_MILLIS;
        try {
            byte[] content = FileRead.content(file);
            String digest = digest(content);
            FileRead read =
                    before != null && before.digest().equals(digest) ? before.read() : FileRead.of(file, content, keep);
            return new Known(stamp, doubtful, digest, read);
        } catch (IOException e) {
            return new Known(stamp, true, "", FileRead.failed(file, e));
        }
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
