package dev.torii.cli;

import dev.torii.config.source.Source;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The options that every role has as a process. */
final class RoleOptions {

    private static final int SHORTEST_SALT = 16;
    private static final int LONGEST_SALT = 4_096;

    /** Where variables are looked up. */
    Map<String, String> environment = System.getenv();

    @Option(names = "--config", arity = "1..*", paramLabel = "PATH", description = "Files and folders with manifests.")
    private List<Path> config = List.of();

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:15000",
            converter = HostPort.Converter.class,
            description = "Where /ready, /metrics, /explain and the like are (default: ${DEFAULT-VALUE}).")
    HostPort admin;

    @Option(
            names = "--reuse-port",
            description =
                    "Opens ports (but --admin) also where another process of this user has them open, to take over"
                            + " from it.")
    boolean reusePort;

    @Option(
            names = "--drain-delay",
            paramLabel = "D",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "How long to keep accepting after SIGTERM, so that load balancers and callers learn of it"
                    + " (default: ${DEFAULT-VALUE}).")
    Duration drainDelay;

    @Option(
            names = "--drain-timeout",
            paramLabel = "D",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description = "How long requests in flight may take after that (default: ${DEFAULT-VALUE}).")
    Duration drainTimeout;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            converter = LevelConverter.class,
            description =
                    "What of itself it tells on stderr: error, warning, info or debug (default: ${DEFAULT-VALUE}).")
    Verbosity logLevel;

    @Option(
            names = "--log-salt-file",
            paramLabel = "FILE",
            description =
                    "What hashed headers in the log are salted with, at least 16 bytes: proxies with the same hash"
                            + " alike (default: random, so that only this process's hashes are alike).")
    private @Nullable Path logSaltFile;

    /** Reads levels of the log. */
    static final class LevelConverter implements ITypeConverter<Verbosity> {
        @Override
        public Verbosity convert(String text) {
            try {
                return text.equalsIgnoreCase("warning") ? Verbosity.WARN : Verbosity.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /**
     * One way to get configuration.
     *
     * @param chosen null when the user did not ask for it
     */
    record Way(String option, @Nullable Supplier<Source> chosen) {}

    /**
     * Where configuration comes from, of which the user has to name exactly one.
     *
     * @param own ways that not every role has
     */
    Source source(CommandLine command, Way... own) {
        List<Way> ways = new ArrayList<>(List.of(new Way("--config", config.isEmpty() ? null : this::files)));
        ways.addAll(List.of(own));
        List<Supplier<Source>> chosen =
                ways.stream().map(Way::chosen).filter(Objects::nonNull).toList();
        if (chosen.size() != 1) {
            String options = ways.stream().map(Way::option).collect(Collectors.joining(" or "));
            String problem = chosen.isEmpty() ? "where does the configuration come from? Give " : "give only one of ";
            throw new ParameterException(command, problem + options);
        }
        return chosen.get(0).get();
    }

    private Source files() {
        Running.requirePaths(config);
        return Source.files(config);
    }

    /** How headers are shown, with the salt read now. */
    HeaderMask mask() {
        if (logSaltFile == null) {
            return HeaderMask.random();
        }
        try (InputStream file = Files.newInputStream(logSaltFile)) {
            byte[] salt = file.readNBytes(LONGEST_SALT + 1);
            int length = salt.length;
            while (length > 0 && (salt[length - 1] == '\n' || salt[length - 1] == '\r')) {
                length--;
            }
            if (length < SHORTEST_SALT || length > LONGEST_SALT) {
                throw new Failure(
                        logSaltFile + ": a salt has from " + SHORTEST_SALT + " to " + LONGEST_SALT + " bytes");
            }
            return new HeaderMask(Arrays.copyOf(salt, length));
        } catch (NoSuchFileException missing) {
            throw new Failure(logSaltFile + ": no such file or folder");
        } catch (IOException unreadable) {
            throw new Failure(logSaltFile + ": cannot be read");
        }
    }
}
