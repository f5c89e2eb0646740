package dev.torii.cli;

import dev.torii.config.Finding;
import dev.torii.config.compile.Compiled;
import dev.torii.config.compile.SidecarView;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.source.FileSource;
import dev.torii.config.source.Read;
import dev.torii.routing.Explanation;
import dev.torii.routing.ProbeRequest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code torii check}: what is wrong with manifests, and what they do with a request. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Prints findings as file:line:column: severity: reason: message. Exits 1 when one is an error.")
final class CheckCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files and folders with manifests.")
    private List<Path> paths;

    @Option(
            names = "--request",
            paramLabel = "'METHOD URL'",
            description = "Also says which rule takes this request and why: 'GET http://shop.example/cart'.")
    private @Nullable String request;

    @Option(names = "-H", paramLabel = "'NAME: VALUE'", description = "A header line of the request; may be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = "--from",
            paramLabel = "NAMESPACE/SERVICE",
            description = "Asks the sidecar of this Service instead of the gateway: 'GET http://reviews/'.")
    private @Nullable String from;

    @Override
    public Integer call() {
        ProbeRequest probe = probe();
        SidecarView view = view();
        List<Read> reads = new ArrayList<>(1);
        FileSource.watch(paths, reads::add).close();
        Read read = reads.get(0);
        Compiled gateway = new SnapshotCompiler().compile(read.resources());
        Compiled sidecar = new SnapshotCompiler().compile(read.resources(), view);
        List<Finding> findings = findings(read, gateway, sidecar);
        PrintWriter out = spec.commandLine().getOut();
        findings.forEach(out::println);
        if (probe != null) {
            out.print(Explanation.of((from == null ? gateway : sidecar).snapshot(), probe));
        }
        out.flush();
        return findings.stream().anyMatch(Finding::isError) ? Torii.FAILURE : Torii.CLEAN;
    }

    /** What is missing may be in what cannot be read: the rest is told when that is mended, as a gateway does. */
    private static List<Finding> findings(Read read, Compiled gateway, Compiled sidecar) {
        return read.readable()
                ? Stream.of(read.findings(), gateway.findings(), sidecar.findings())
                        .flatMap(List::stream)
                        .distinct()
                        .sorted()
                        .toList()
                : read.findings();
    }

    private @Nullable ProbeRequest probe() {
        if (request == null) {
            if (!headers.isEmpty()) {
                throw usage("-H belongs to a --request");
            }
            return null;
        }
        String[] words = request.strip().split("\\s+", -1);
        if (words.length != 2) {
            throw usage("--request is 'METHOD URL', not '" + request + "'");
        }
        try {
            return ProbeRequest.of(words[0], words[1], headerLines());
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    /** Without {@code --from} routes of Services are checked all the same, as nobody's in particular. */
    private SidecarView view() {
        if (from == null) {
            return SidecarView.NOBODY;
        }
        int slash = from.indexOf('/');
        if (request == null) {
            throw usage("--from belongs to a --request");
        }
        if (slash <= 0 || slash == from.length() - 1 || from.indexOf('/', slash + 1) >= 0) {
            throw usage("--from is NAMESPACE/SERVICE, not '" + from + "'");
        }
        return new SidecarView(from.substring(0, slash), from.substring(slash + 1), List.of());
    }

    private List<String> headerLines() {
        List<String> lines = new ArrayList<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon <= 0) {
                throw usage("-H is 'NAME: VALUE', not '" + header + "'");
            }
            lines.add(header.substring(0, colon).strip());
            lines.add(header.substring(colon + 1).strip());
        }
        return lines;
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}
