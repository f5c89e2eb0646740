package dev.torii.testkit.cases;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder {@code src/cases} of the house. */
public final class CaseFiles {

    private static final String BASE_OF_ALL = "namespaces";

    private final Path folder;

    private CaseFiles(Path folder) {
        this.folder = folder;
    }

    /** Looks for it from the working directory upwards, as builds start in a module. */
    public static CaseFiles find() {
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("src/cases"))) {
                return new CaseFiles(at.resolve("src/cases"));
            }
        }
        throw new IllegalStateException("no src/cases above " + start);
    }

    /**
     * All cases by name.
     *
     * @param glob which ones, say {@code HTTPRoute*}
     */
    public List<Case> all(String glob) {
        try (Stream<Path> files = Files.list(folder)) {
            var matcher = folder.getFileSystem().getPathMatcher("glob:" + glob + ".case");
            return files.filter(file -> matcher.matches(file.getFileName()))
                    .sorted()
                    .map(CaseFiles::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a case is played on: its bases. */
    Manifests start(Case played, Symbols symbols) {
        Manifests manifests = new Manifests(symbols);
        addBase(manifests, BASE_OF_ALL);
        played.uses().forEach(base -> addBase(manifests, base));
        return manifests;
    }

    private void addBase(Manifests manifests, String base) {
        Path file = folder.resolve("base").resolve(base + ".yaml");
        try {
            manifests.apply(file, 1, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the base " + file, e);
        }
    }

    private static Case parse(Path file) {
        try {
            return CaseParser.parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
