package dev.torii.cli;

import dev.torii.console.Console;
import io.vertx.core.net.HostAndPort;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code torii console}: shows what proxies do, until SIGTERM or SIGINT. */
@Command(
        name = "console",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows the mesh in a browser: service graph, traces, live access log, routes, breakers."
                + " Takes spans from proxies and apps by OTLP over HTTP, and asks proxies how they are.")
final class ConsoleCommand implements Callable<Integer> {

    private static final int LEAST_SPANS = 1_000;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:15080",
            converter = HostPort.Converter.class,
            description = "Where the page is (default: ${DEFAULT-VALUE}).")
    private HostPort listen;

    @Option(
            names = "--otlp",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:4318",
            converter = HostPort.Converter.class,
            description = "Where spans come in (default: ${DEFAULT-VALUE}).")
    private HostPort otlp;

    @Option(
            names = "--proxy",
            arity = "1..*",
            paramLabel = "HOST:PORT",
            converter = HostPort.Converter.class,
            description = "Admin endpoints of the proxies to watch; a name that has many addresses is all of them.")
    private List<HostPort> proxies = List.of();

    @Option(
            names = "--host",
            arity = "1..*",
            paramLabel = "NAME",
            description = "Names by which browsers may ask for the page, beside localhost and addresses.")
    private List<String> hosts = List.of();

    @Option(
            names = "--spans",
            paramLabel = "N",
            defaultValue = "200000",
            description = "How many spans are kept at most (default: ${DEFAULT-VALUE}).")
    private int maxSpans;

    @Override
    public Integer call() throws InterruptedException {
        if (maxSpans < LEAST_SPANS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--spans " + maxSpans + " is too few to be of use: " + LEAST_SPANS + " or more");
        }
        var console = Console.start(new Console.Options(
                address(listen),
                address(otlp),
                proxies.stream().map(ConsoleCommand::address).toList(),
                hosts,
                LOOK_EVERY,
                maxSpans));
        console.onSuccess(this::sayWhere);
        return Running.untilStopped(console, Console::close, Console::stopped);
    }

    private void sayWhere(Console console) {
        String host = listen.host().indexOf(':') < 0 ? listen.host() : "[" + listen.host() + "]";
        spec.commandLine().getOut().println("torii: the console is at http://" + host + ":" + console.port() + "/");
    }

    private static HostAndPort address(HostPort at) {
        return HostAndPort.create(at.host(), at.port());
    }
}
