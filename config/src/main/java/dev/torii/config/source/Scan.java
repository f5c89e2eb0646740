package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Wording;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which files the configured paths stand for at one moment. A file stands for itself, a folder for all {@code .yaml},
 * {@code .yml} and {@code .json} files in it at any depth, by name. Hidden names are passed over and no file is taken
 * twice, so of a mounted ConfigMap, where {@code routes.yaml} links to {@code ..data/routes.yaml}, each is read once.
 *
 * @param files in the order to be read
 * @param folders that were looked into, and those that hold the configured files
 */
record Scan(Map<Path, Stamp> files, Set<Path> folders, List<Finding> problems) {

    private static final int MAX_DEPTH = 16;
    private static final int MAX_FILES = 100_000;

    /** What changes when a file does, also when a link to it is turned to another. */
    record Stamp(long modifiedNanos, long size, @Nullable Object inode) {

        static Stamp of(BasicFileAttributes attributes) {
            long nanos = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
            return new Stamp(nanos, attributes.size(), attributes.fileKey());
        }
    }

    static Scan of(List<Path> paths) {
        Walk walk = new Walk();
        paths.forEach(walk::configured);
        return new Scan(walk.files, walk.folders, walk.problems);
    }

    private static final class Walk {

        private final Map<Path, Stamp> files = new LinkedHashMap<>();
        private final Set<Path> folders = new LinkedHashSet<>();
        private final List<Finding> problems = new ArrayList<>();
        private final Set<Object> seen = new HashSet<>();
        private int manifests;

        void configured(Path path) {
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                folders.add(parent);
            }
            try {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                if (attributes.isDirectory() && !seen.contains(identity(path, attributes))) {
                    int before = manifests;
                    folder(path, attributes, 0);
                    if (manifests == before) {
                        String message = "no .yaml, .yml or .json file in this folder";
                        problems.add(Finding.warning(Wording.position(path), "NoManifests", message, ""));
                    }
                } else if (attributes.isRegularFile()) {
                    file(path, attributes);
                } else if (!attributes.isDirectory()) {
                    problem(path, "UnreadableFile", "neither a file nor a folder");
                }
            } catch (NoSuchFileException e) {
                problem(path, "FileNotFound", "no such file or folder");
            } catch (IOException e) {
                problem(path, "UnreadableFile", "cannot be read: " + cause(e));
            }
        }

        private void folder(Path folder, BasicFileAttributes attributes, int depth) throws IOException {
            if (!seen.add(identity(folder, attributes))) {
                return;
            }
            if (depth > MAX_DEPTH || files.size() > MAX_FILES) {
                problem(folder, "UnreadableFile", depth > MAX_DEPTH ? "folders are nested too deep" : "too many files");
                return;
            }
            folders.add(folder.toAbsolutePath());
            List<Path> entries = new ArrayList<>();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
                stream.forEach(entries::add);
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            entries.sort(null);
            for (Path entry : entries) {
                entry(entry, depth);
            }
        }

        private void entry(Path entry, int depth) {
            String name = entry.getFileName().toString();
            if (name.startsWith(".")) {
                return;
            }
            manifests += isManifest(name) ? 1 : 0;
            try {
                BasicFileAttributes attributes = Files.readAttributes(entry, BasicFileAttributes.class);
                if (attributes.isDirectory()) {
                    folder(entry, attributes, depth + 1);
                } else if (attributes.isRegularFile() && isManifest(name)) {
                    file(entry, attributes);
                } else if (isManifest(name)) {
                    problem(entry, "UnreadableFile", "neither a file nor a folder");
                }
            } catch (NoSuchFileException e) {
                if (isManifest(name)) {
                    problem(entry, "FileNotFound", "a link to nowhere, or just deleted");
                }
            } catch (IOException e) {
                problem(entry, "UnreadableFile", "cannot be read: " + cause(e));
            }
        }

        private void file(Path file, BasicFileAttributes attributes) {
            if (seen.add(identity(file, attributes))) {
                files.put(file, Stamp.of(attributes));
            }
        }

        private void problem(Path path, String reason, String message) {
            problems.add(Finding.error(Wording.position(path), reason, message, ""));
        }

        private static Object identity(Path path, BasicFileAttributes attributes) {
            return Objects.requireNonNullElse(
                    attributes.fileKey(), path.toAbsolutePath().normalize());
        }
    }

    static boolean isManifest(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }

    /** What went wrong with a file, in words. */
    static String cause(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String message = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return Wording.line(message == null ? e.getClass().getSimpleName() : message);
    }
}
