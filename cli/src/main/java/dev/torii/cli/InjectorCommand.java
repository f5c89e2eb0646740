package dev.torii.cli;

import dev.torii.injector.Webhook;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code torii injector}: the admission webhook, until SIGTERM or SIGINT. */
@Command(
        name = "injector",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Puts a sidecar into the pods that a Kubernetes API server asks about: POST /inject, over TLS.")
final class InjectorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "0.0.0.0:8443",
            converter = HostPort.Converter.class,
            description = "Where the API server asks (default: ${DEFAULT-VALUE}).")
    private HostPort listen;

    @ArgGroup(multiplicity = "1")
    private @Nullable Certificate from;

    /** One of two ways to have one. */
    private static final class Certificate {

        @ArgGroup(exclusive = false)
        private @Nullable Files files;

        @Option(
                names = "--kube",
                required = true,
                description = "Runs in a cluster: manages its own certificate, and the caBundle of"
                        + " MutatingWebhookConfiguration torii-injector.")
        @SuppressWarnings("unused") // picocli sees to it that it is there when the others are not
        private boolean kube;
    }

    private static final class Files {

        @Option(
                names = "--cert",
                required = true,
                paramLabel = "FILE",
                description = "Certificate chain, PEM; renewed files are taken.")
        private Path certificate;

        @Option(names = "--key", required = true, paramLabel = "FILE", description = "Its key, PEM.")
        private Path key;
    }

    @Mixin
    private final InjectionOptions injection = new InjectionOptions();

    @Override
    public Integer call() throws InterruptedException {
        Files files = Objects.requireNonNull(from, "picocli asks for one").files;
        return files == null ? InCluster.injector(spec.commandLine().getOut(), listen, injection) : withFiles(files);
    }

    private int withFiles(Files files) throws InterruptedException {
        Running.requirePaths(List.of(files.certificate, files.key));
        var webhook = Webhook.start(new Webhook.Options(
                listen.host(),
                listen.port(),
                new Webhook.Credentials.Files(files.certificate, files.key),
                injection.settings()));
        webhook.onSuccess(started ->
                spec.commandLine().getOut().println("torii: the injector listens on port " + started.port()));
        return Running.untilStopped(webhook, Webhook::close, Webhook::stopped);
    }
}
