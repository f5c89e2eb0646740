package dev.torii.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder of manifests that is a link, turned to a new version at once, as Kubernetes does with a mounted ConfigMap. Not
 * for several threads.
 */
public final class ConfigFolder implements AutoCloseable {

    private final Path home;
    private int versions;

    /** There is no folder before the first {@link #turnTo}. */
    public ConfigFolder() {
        try {
            home = Files.createTempDirectory("torii-config");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code --config} is given. */
    public Path path() {
        return home.resolve("config");
    }

    /** @param manifests text by file name; no others are there from now on */
    public void turnTo(Map<String, String> manifests) {
        try {
            Path version = Files.createDirectory(home.resolve("version-" + versions++));
            for (Map.Entry<String, String> file : manifests.entrySet()) {
                String name = Path.of(file.getKey()).getFileName() + ".yaml";
                Files.writeString(version.resolve(name), file.getValue());
            }
            Path link = Files.createSymbolicLink(home.resolve("next"), version);
            Files.move(link, path(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes it. */
    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
