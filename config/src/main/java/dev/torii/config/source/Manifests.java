package dev.torii.config.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Manifests in files, read again and again: files that have not changed are not parsed again. For one thread at a time.
 */
final class Manifests {

    private final List<Path> paths;

    Manifests(List<Path> paths) {
        this.paths = List.copyOf(paths);
    }

    /** Reads what is there now. */
    Read read() {
        Scan scan = Scan.of(paths);
        List<FileRead> reads = new ArrayList<>();
        for (Path file : scan.files().keySet()) {
            reads.add(load(file));
        }
        return ManifestReader.merge(reads, scan.problems());
    }

    private FileRead load(Path file) {
        try {
            return FileRead.of(file, FileRead.content(file));
        } catch (IOException e) {
            return FileRead.failed(file, e);
        }
    }
}
