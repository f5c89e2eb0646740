package dev.torii.control;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A certificate and its key in files, read again when they change. */
public final class KeyFiles implements Keys {

    private static final Logger LOG = System.getLogger("dev.torii.control");
    private static final long LOOK_SECONDS = 10;

    private final Path certificate;
    private final Path key;
    private final ScheduledExecutorService thread;
    private Pair given;

    /** @throws IOException when one of them cannot be read now */
    public KeyFiles(Path certificate, Path key) throws IOException {
        this.certificate = certificate;
        this.key = key;
        this.given = read();
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "torii-keys");
            made.setDaemon(true);
            return made;
        });
    }

    private Pair read() throws IOException {
        return new Pair(text(certificate), text(key), "");
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is not PEM", e);
        }
    }

    @Override
    public void follow(Consumer<Pair> taker) {
        taker.accept(given);
        thread.scheduleWithFixedDelay(() -> look(taker), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private void look(Consumer<Pair> taker) {
        try {
            Pair now = read();
            if (!now.equals(given)) {
                given = now;
                taker.accept(now);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "certificate not renewed: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
