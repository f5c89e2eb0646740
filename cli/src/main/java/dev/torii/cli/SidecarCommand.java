package dev.torii.cli;

import dev.torii.cli.RoleOptions.Way;
import dev.torii.config.compile.SidecarView;
import dev.torii.config.source.Source;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.StreamSource;
import dev.torii.proxy.Discovery;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.Logging.Format;
import dev.torii.sidecar.Sidecar;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    private static final Pattern NAMED = Pattern.compile("[a-z0-9-]{1,63}/[a-z0-9.-]{1,253}");

    @Spec
    private CommandSpec spec;

    @Mixin
    private final RoleOptions role = new RoleOptions();

    @Mixin
    private final ControlOptions control = new ControlOptions();

    @Mixin
    private final PodOptions owner = new PodOptions();

    @Option(
            names = "--service",
            paramLabel = "NAMESPACE/NAME",
            description = "The Service that the app behind this sidecar is; with --control that is known in a cluster.")
    private @Nullable String service;

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
        PodOptions.requirePorts(spec.commandLine(), "--app", app);
        if (appWorkers < 0 || (appWorkers == 0 && readyNeedsIdleWorker)) {
            throw new ParameterException(
                    spec.commandLine(), "--app-workers is a number from 1, and --ready-needs-idle-worker needs it");
        }
        Following following = following();
        Logging logging = Logging.install(new FileOutputStream(FileDescriptor.err), Format.TEXT, role.logLevel);
        return Running.untilStopped(Sidecar.start(options(following), logging), Sidecar::drain, Sidecar::stopped);
    }

    /** @param identity in traces */
    private record Following(Source source, Supplier<SidecarView> view, Discovery discovery, Identity identity) {}

    private Following following() {
        SidecarView.Pod pod = owner.pod(spec.commandLine());
        String named = service == null ? "" : named(spec, "--service", service);
        AtomicReference<Following> stream = new AtomicReference<>();
        Way control = new Way(
                "--control",
                this.control.control == null
                        ? null
                        : () -> {
                            Following following = stream(named, pod);
                            stream.set(following);
                            return following.source();
                        });
        Source source = role.source(spec.commandLine(), control);
        Following following = stream.get();
        if (following != null) {
            return following;
        }
        if (named.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--config needs --service NAMESPACE/NAME");
        }
        SidecarView view = new SidecarView(namespace(named), name(named), app, pod);
        return new Following(source, () -> view, Discovery.NONE, Identity.ofSidecar(view.namespace(), view.service()));
    }

    /** Control knows which Service the pod is of; what it was told here is only where nobody knows better. */
    private Following stream(String named, SidecarView.Pod pod) {
        if (named.isEmpty() && Identity.pod(role.environment).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--control needs --service NAMESPACE/NAME, or POD_NAMESPACE and POD_NAME");
        }
        StreamSource source = control.source(
                Objects.requireNonNull(control.control), Message.Role.SIDECAR, "", named, app, role.environment);
        SidecarView told = named.isEmpty()
                ? new SidecarView(role.environment.getOrDefault("POD_NAMESPACE", ""), "", app, pod)
                : new SidecarView(namespace(named), name(named), app, pod);
        Supplier<SidecarView> view = () -> {
            Message.You you = source.you();
            return you == null
                    ? told
                    : new SidecarView(you.namespace(), you.service(), merged(app, you.appPorts()), pod);
        };
        Identity identity = named.isEmpty()
                ? Identity.ofPod(role.environment)
                : Identity.ofSidecar(told.namespace(), told.service());
        Discovery discovery = new Discovery() {
            @Override
            public @Nullable CompletionStage<Void> ask(String place) {
                return source.want(place);
            }

            @Override
            public void called(Collection<String> places) {
                source.called(places);
            }
        };
        return new Following(source, view, discovery, identity);
    }

    private static List<Integer> merged(List<Integer> some, List<Integer> more) {
        return Stream.concat(some.stream(), more.stream()).distinct().toList();
    }

    private static String namespace(String named) {
        return named.substring(0, named.indexOf('/'));
    }

    private static String name(String named) {
        return named.substring(named.indexOf('/') + 1);
    }

    /** The value of an option that names an object. */
    static String named(CommandSpec spec, String option, String value) {
        if (!NAMED.matcher(value).matches()) {
            throw new ParameterException(spec.commandLine(), option + " is 'NAMESPACE/NAME', not '" + value + "'");
        }
        return value;
    }

    private Sidecar.Options options(Following following) {
        return new Sidecar.Options(
                following.source(),
                following.view(),
                following.discovery(),
                app.isEmpty() ? 0 : app.get(0),
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
                following.identity().tracing(role.environment));
    }

    private static Sidecar.Address address(HostPort at) {
        return new Sidecar.Address(at.host(), at.port());
    }
}
