package dev.torii.cli;

import dev.torii.proxy.HeaderMask;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every role has as a process. */
final class RoleOptions {

    private static final int SHORTEST_SALT = 16;
    private static final int LONGEST_SALT = 4_096;

    /** Where variables are looked up. */
    Map<String, String> environment = System.getenv();

    @Option(
            names = "--config",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Files and folders with manifests.")
    List<Path> config;

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
            names = "--log-salt-file",
            paramLabel = "FILE",
            description =
                    "What hashed headers in the log are salted with, at least 16 bytes: proxies with the same hash"
                            + " alike (default: random, so that only this process's hashes are alike).")
    private @Nullable Path logSaltFile;

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
