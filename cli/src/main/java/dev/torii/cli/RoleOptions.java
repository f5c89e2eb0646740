package dev.torii.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that every role has as a process. */
final class RoleOptions {

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
}
