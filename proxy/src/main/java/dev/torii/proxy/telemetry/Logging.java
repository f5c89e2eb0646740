package dev.torii.proxy.telemetry;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.vertx.core.logging.JULLogDelegateFactory;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the process tells people about itself, beside the access log: one line a message, on standard error.
 *
 * <p>Code of this house asks for a {@link System.Logger} named after its class and gives messages with parameters
 * ({@code "cannot bind {0}: {1}"}). It passes a throwable only for what is our own bug; a mistake of a user or a client
 * is one clear sentence. {@link System.Logger}, Vert.x and Netty all end in {@code java.util.logging}, which this class
 * sets up; it is global to the process, so a role does this once, first of all. Safe on any thread.
 */
public final class Logging implements AutoCloseable {

    /** How a line looks. */
    public enum Format {
        /** {@code time LEVEL logger: message}. */
        TEXT,
        /** An object with {@code time}, {@code level}, {@code logger}, {@code message}, {@code error}. */
        JSON
    }

    /** How much is told. Libraries tell less than this house's own code. */
    public enum Verbosity {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE;

        /**
         * The level of that name, in any case.
         *
         * @throws IllegalArgumentException with a sentence for the user when there is none
         */
        public static Verbosity of(String name) {
            for (Verbosity verbosity : values()) {
                if (verbosity.name().equalsIgnoreCase(name)) {
                    return verbosity;
                }
            }
            String known = Arrays.stream(values()).map(Verbosity::toString).collect(Collectors.joining(", "));
            throw new IllegalArgumentException("there is no log level \"" + name + "\"; there are: " + known);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Held for ever, because java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger OURS = Logger.getLogger("dev.torii");

    /** Tells each broken handshake with a stack trace. What came of it is one line where the connection was wanted. */
    private static final Logger REDIS_CONNECTIONS =
            Logger.getLogger("io.vertx.redis.client.impl.RedisConnectionManager");

    private final Logger root = Logger.getLogger("");
    private final List<Handler> replaced = List.of(root.getHandlers());
    private final @Nullable Level replacedLevel = root.getLevel();
    private final LogHandler handler;
    private volatile Verbosity verbosity = Verbosity.INFO;

    private Logging(LogHandler handler) {
        this.handler = handler;
    }

    /**
     * Sends all messages of the process to {@code out}, until closed.
     *
     * @param out flushed, but never closed
     */
    public static Logging install(OutputStream out, Format format, Verbosity verbosity) {
        System.setProperty("vertx.logger-delegate-factory-class-name", JULLogDelegateFactory.class.getName());
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        Logging logging = new Logging(new LogHandler(out, format == Format.JSON));
        logging.replaced.forEach(logging.root::removeHandler);
        logging.root.addHandler(logging.handler);
        logging.verbosity(verbosity);
        return logging;
    }

    /** How much is told now. */
    public Verbosity verbosity() {
        return verbosity;
    }

    /** Tells more or less from now on. */
    public void verbosity(Verbosity wanted) {
        verbosity = wanted;
        switch (wanted) {
            case ERROR -> levels(Level.SEVERE, Level.SEVERE);
            case WARN -> levels(Level.WARNING, Level.WARNING);
            case INFO -> levels(Level.INFO, Level.WARNING);
            case DEBUG -> levels(Level.FINE, Level.INFO);
            case TRACE -> levels(Level.ALL, Level.FINE);
        }
    }

    private void levels(Level house, Level libraries) {
        OURS.setLevel(house);
        root.setLevel(libraries);
        REDIS_CONNECTIONS.setLevel(libraries.intValue() < Level.WARNING.intValue() ? libraries : Level.OFF);
    }

    /** Messages that were never written because the stream was too slow or failed, since the start. */
    public long dropped() {
        return handler.dropped();
    }

    /** Writes what waits, for two seconds at most, and puts back what was there before. */
    @Override
    public void close() {
        root.removeHandler(handler);
        handler.close();
        replaced.forEach(root::addHandler);
        root.setLevel(replacedLevel);
        OURS.setLevel(null);
        REDIS_CONNECTIONS.setLevel(null);
    }
}
