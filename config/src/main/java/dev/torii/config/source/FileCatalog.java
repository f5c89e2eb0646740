package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Catalog} of files, for those who hand on to others what they read. Files with an error change nothing but
 * the findings: there is no catalog before the first good read, and after it the last good one stays in force.
 */
public final class FileCatalog {

    private static final Logger LOG = System.getLogger("dev.torii.config");

    private final Consumer<Catalog> onChange;
    private @Nullable Catalog last;

    private FileCatalog(Consumer<Catalog> onChange) {
        this.onChange = onChange;
    }

    /**
     * Follows files and folders as {@link FileSource#watch} does.
     *
     * @param onChange is called before this returns if the files are good, and by one thread at a time
     */
    public static Source.Following watch(List<Path> paths, Consumer<Catalog> onChange) {
        return FileSource.watchTexts(paths, new FileCatalog(onChange)::read);
    }

    private void read(Read read, List<FileRead> files) {
        Catalog before = last;
        if (!read.readable() && before == null) {
            read.findings().stream().filter(Finding::isError).forEach(each -> LOG.log(Level.ERROR, each.toString()));
            return;
        }
        Catalog now = before == null || read.readable()
                ? catalog(read, files, before == null ? Map.of() : before.documents())
                : new Catalog(before.resources(), before.documents(), Set.of(), read.findings());
        last = now;
        onChange.accept(now);
    }

    private static Catalog catalog(Read read, List<FileRead> files, Map<ObjectKey, Document> before) {
        Map<ObjectKey, Document> now = new HashMap<>();
        Set<ObjectKey> changed = new HashSet<>(before.keySet());
        for (FileRead file : files) {
            for (int i = 0; i < file.resources().size(); i++) {
                Resource resource = file.resources().get(i);
                ObjectKey key = ObjectKey.of(resource);
                Document known = before.get(key);
                String text = file.texts().get(i);
                if (known != null && known.json().equals(text)) {
                    now.put(key, known);
                    changed.remove(key);
                } else {
                    now.put(key, new Document(resource, text));
                    changed.add(key);
                }
            }
        }
        return new Catalog(read.resources(), now, changed, read.findings());
    }
}
