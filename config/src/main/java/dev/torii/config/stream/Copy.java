package dev.torii.config.stream;

import dev.torii.config.Wording;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.You;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last view on disk, for a start while control is away: {@code snapshot.yaml}, which {@code torii check} can read too.
 * One line each: comments with what was said first and whose it is, manifests, and a comment that it is whole. Only for the
 * eyes of this user: it has the secrets of a gateway. Whatever is wrong with it, or with the disk, costs one line in the log.
 */
final class Copy {

    static final String NAME = "snapshot.yaml";

    private static final Logger LOG = System.getLogger("dev.torii.control");
    private static final String COMMENT = "# ";
    private static final String BETWEEN = "---";
    private static final String WHOLE = "# whole";
    private static final Set<PosixFilePermission> OTHERS_WRITE = PosixFilePermissions.fromString("----w--w-");

    private final Path folder;
    private final long most;
    private volatile String told = "";

    /** @param most characters that are kept */
    Copy(Path folder, long most) {
        this.folder = folder;
        this.most = most;
    }

    /** What was kept: what the proxy would say first, with wants and version, and what it had. */
    record Kept(Hello hello, View view) {}

    /** @param self what this proxy says first; a copy of another one is none; null when there is none */
    @Nullable
    Kept read(Hello self) {
        Path file = folder.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try {
            if (Files.size(file) > 4 * most) {
                throw new IOException("too large");
            }
            requireOurs();
            Kept kept = parse(file);
            if (!kept.hello().isOf(self)) {
                throw new IOException("of another proxy");
            }
            return kept;
        } catch (IOException | MalformedMessage e) {
            tell("the copy of the configuration in " + file + " is not used: " + cause(e));
            return null;
        }
    }

    private Kept parse(Path file) throws IOException, MalformedMessage {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            Hello hello = (Hello) Message.fromProxy(comment(lines));
            Batch batch = new Batch(View.NONE, most);
            String next = lines.readLine();
            if (next != null && next.startsWith(COMMENT) && !next.equals(WHOLE)) {
                batch.you((You) Message.fromControl(next.substring(COMMENT.length())));
                next = lines.readLine();
            }
            for (; next != null && !next.equals(WHOLE); next = lines.readLine()) {
                if (!next.equals(BETWEEN)) {
                    batch.put(next);
                }
            }
            View view = batch.commit(hello.have());
            if (next == null) {
                throw new IOException("cut off");
            }
            return new Kept(hello, view);
        } catch (ClassCastException e) {
            throw new IOException("another order of its lines", e);
        }
    }

    private static String comment(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        if (line == null || !line.startsWith(COMMENT)) {
            throw new IOException("not what was written");
        }
        return line.substring(COMMENT.length());
    }

    /** Writes it as a whole, or leaves what is there. */
    void write(Kept kept) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            requireOurs();
            Path next = Files.createTempFile(folder, NAME, ".tmp");
            try {
                writeTo(next, kept.hello(), kept.view());
                Files.move(next, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(next);
            }
            told = "";
        } catch (IOException e) {
            tell("no copy of the configuration is kept in " + folder + ": " + cause(e));
        }
    }

    private void writeTo(Path file, Hello hello, View view) throws IOException {
        long chars = view.objects().values().stream()
                .mapToLong(each -> each.json().length())
                .sum();
        if (chars > most) {
            throw new IOException("it would be too large");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            line(out, COMMENT + hello.text());
            if (view.you() != null) {
                line(out, COMMENT + view.you().text());
            }
            for (View.Held each : view.objects().values()) {
                line(out, each.json());
                line(out, BETWEEN);
            }
            line(out, WHOLE);
            out.flush();
            channel.force(true);
        }
    }

    private static void line(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }

    /** A folder that others may write into could hold anything. */
    private void requireOurs() throws IOException {
        Set<PosixFilePermission> may = Files.getPosixFilePermissions(folder);
        if (OTHERS_WRITE.stream().anyMatch(may::contains)) {
            throw new IOException("others may write into that folder");
        }
    }

    private void tell(String line) {
        if (!line.equals(told)) {
            LOG.log(Level.WARNING, line);
            told = line;
        }
    }

    private static String cause(Exception e) {
        String message = String.valueOf(e.getMessage());
        return Wording.shown(
                e instanceof FileSystemException
                        ? e.getClass().getSimpleName().replace("Exception", "") + " " + message
                        : message);
    }
}
