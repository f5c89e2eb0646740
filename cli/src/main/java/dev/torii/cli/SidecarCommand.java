package dev.torii.cli;

import dev.torii.config.source.Source;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.Logging.Format;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import dev.torii.sidecar.Sidecar;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code torii sidecar}: runs the mesh role beside one service until SIGTERM, SIGINT or {@code POST /drain}. */
@Command(
        name = "sidecar",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Carries what a service's app opens and what is opened to it. SIGTERM drains.")
final class SidecarCommand implements Callable<Integer> {

    private static final Pattern SERVICE = Pattern.compile("([a-z0-9-]{1,63})/([a-z0-9-]{1,63})");

    @Spec
    private CommandSpec spec;

    @Mixin
    private final RoleOptions role = new RoleOptions();

    @Option(
            names = "--service",
            required = true,
            paramLabel = "NAMESPACE/NAME",
            description = "The Service that the app behind this sidecar is.")
    private String service;

    @Option(
            names = "--app",
            split = ",",
            paramLabel = "PORT",
            description = "Ports of the app, besides those that its Service names.")
    private List<Integer> app = List.of();

    @Option(
            names = "--inbound",
            paramLabel = "HOST:PORT",
            defaultValue = "0.0.0.0:15006",
            converter = HostPort.Converter.class,
            description = "Where callers of the app come in (default: ${DEFAULT-VALUE}).")
    private HostPort inbound;

    @Option(
            names = "--outbound",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:15001",
            converter = HostPort.Converter.class,
            description = "Where the app's calls come in, captured or as to an HTTP proxy (default: ${DEFAULT-VALUE}).")
    private HostPort outbound;

    @Option(
            names = "--capture",
            description =
                    "Connections come redirected by the rules of `torii capture up`. IPv6's come too: where the pod"
                            + " has it, 127.0.0.1 means ::1 as well, and 0.0.0.0 also [::].")
    private boolean capture;

    @Option(
            names = "--strict",
            description = "The app may call nothing but Services of the mesh: 502 for what is outside.")
    private boolean strict;

    @Option(
            names = "--app-workers",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many requests the app works on at a time: /metrics tells how many more it could.")
    private int appWorkers;

    @Option(
            names = "--ready-needs-idle-worker",
            description = "/ready is 503 while all of --app-workers are busy, so that requests go to other pods.")
    private boolean readyNeedsIdleWorker;

    @Option(
            names = "--event-loops",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many cores serve traffic (default: ${DEFAULT-VALUE}).")
    private int eventLoops;

    @Override
    public Integer call() throws InterruptedException {
        var name = SERVICE.matcher(service);
        if (!name.matches()) {
            throw new ParameterException(spec.commandLine(), "--service is 'NAMESPACE/NAME', not '" + service + "'");
        }
        for (int port : app) {
            if (port < 1 || port > 65_535) {
                throw new ParameterException(spec.commandLine(), "--app is a port from 1 to 65535, not " + port);
            }
        }
        if (appWorkers < 0 || (appWorkers == 0 && readyNeedsIdleWorker)) {
            throw new ParameterException(
                    spec.commandLine(), "--app-workers is a number from 1, and --ready-needs-idle-worker needs it");
        }
        Source source = role.source(spec.commandLine());
        Logging logging = Logging.install(new FileOutputStream(FileDescriptor.err), Format.TEXT, Verbosity.INFO);
        return Running.untilStopped(
                Sidecar.start(options(source, name.group(1), name.group(2)), logging),
                Sidecar::drain,
                Sidecar::stopped);
    }

    private Sidecar.Options options(Source source, String namespace, String name) {
        return new Sidecar.Options(
                source,
                namespace,
                name,
                app,
                address(inbound),
                address(outbound),
                address(role.admin),
                capture,
                strict,
                role.reusePort,
                new Sidecar.Workers(appWorkers, readyNeedsIdleWorker),
                eventLoops,
                role.drainDelay,
                role.drainTimeout,
                new FileOutputStream(FileDescriptor.out),
                role.mask(),
                Identity.ofSidecar(namespace, name).tracing(role.environment));
    }

    private static Sidecar.Address address(HostPort at) {
        return new Sidecar.Address(at.host(), at.port());
    }
}
