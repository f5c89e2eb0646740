package dev.torii.cli;

import dev.torii.injector.Injector;
import dev.torii.injector.ManifestInjection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code torii inject}: what the webhook does, to manifests in a file. */
@Command(
        name = "inject",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Puts a sidecar into the pods of manifests, and into the templates of what makes pods.")
final class InjectCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "-f", required = true, paramLabel = "FILE", description = "Manifests; - for standard input.")
    private Path file;

    @Option(names = "-o", paramLabel = "FILE", description = "Where they go (default: standard output).")
    private @Nullable Path out;

    @Mixin
    private final InjectionOptions injection = new InjectionOptions();

    @Override
    public Integer call() {
        ManifestInjection.Done done;
        try {
            done = new ManifestInjection(new Injector(injection.settings())).inject(file.toString(), read());
        } catch (ManifestInjection.UnreadableManifest e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
        PrintWriter err = spec.commandLine().getErr();
        done.remarks().forEach(line -> err.println("torii: " + line));
        done.errors().forEach(line -> err.println("torii: " + line));
        if (!done.errors().isEmpty()) {
            return Torii.FAILURE;
        }
        write(done.yaml());
        return Torii.CLEAN;
    }

    private String read() {
        try {
            if (file.toString().equals("-")) {
                return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
            }
            Running.requirePaths(List.of(file));
            return Files.readString(file);
        } catch (IOException e) {
            throw new Failure(file + ": cannot be read: " + e.getMessage());
        }
    }

    private void write(String yaml) {
        Path to = out;
        if (to == null) {
            spec.commandLine().getOut().print(yaml);
            spec.commandLine().getOut().flush();
            return;
        }
        try {
            Files.writeString(to, yaml);
        } catch (IOException e) {
            throw new Failure(to + ": cannot be written: " + e.getMessage());
        }
    }
}
