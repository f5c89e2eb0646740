package dev.torii.cli;

import dev.torii.cli.RoleOptions.Way;
import dev.torii.config.source.Source;
import dev.torii.config.stream.Message;
import dev.torii.gateway.Gateway;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.Logging.Format;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code torii gateway}: runs the ingress role until SIGTERM, SIGINT or {@code POST /drain}. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Serves the Gateways and routes of manifests and follows their changes. SIGTERM drains.")
final class GatewayCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private final RoleOptions role = new RoleOptions();

    @Mixin
    private final ControlOptions control = new ControlOptions();

    @Option(
            names = "--gateway",
            paramLabel = "NAMESPACE/NAME",
            description = "With --control: the Gateway to serve (default: all whose class shares its proxies).")
    private @Nullable String gateway;

    @Option(
            names = "--kube",
            description = "The cluster that this runs in is served, or that of the kubeconfig ($KUBECONFIG).")
    private boolean kube;

    @Option(
            names = "--bind",
            paramLabel = "HOST",
            defaultValue = "0.0.0.0",
            description = "The address that listeners are opened on (default: ${DEFAULT-VALUE}).")
    private String bind;

    @Option(names = "--event-loops", paramLabel = "N", description = "How many cores serve traffic (default: all).")
    private @Nullable Integer eventLoops;

    @Override
    public Integer call() throws InterruptedException {
        Source source = role.source(
                spec.commandLine(),
                new Way("--kube", kube ? ClusterAccess::source : null),
                new Way("--control", control.control == null ? null : this::stream));
        Logging logging = Logging.install(new FileOutputStream(FileDescriptor.err), Format.TEXT, role.logLevel);
        return Running.untilStopped(Gateway.start(options(source), logging), Gateway::drain, Gateway::stopped);
    }

    private Source stream() {
        String served = gateway == null ? "" : SidecarCommand.named(spec, "--gateway", gateway);
        return control.source(
                Objects.requireNonNull(control.control), Message.Role.GATEWAY, served, "", List.of(), role.environment);
    }

    private Gateway.Options options(Source source) {
        return new Gateway.Options(
                source,
                role.admin.host(),
                role.admin.port(),
                bind,
                IntUnaryOperator.identity(),
                role.reusePort,
                eventLoops == null ? Runtime.getRuntime().availableProcessors() : eventLoops,
                role.drainDelay,
                role.drainTimeout,
                new FileOutputStream(FileDescriptor.out),
                role.mask(),
                Identity.ofGateway().tracing(role.environment));
    }
}
