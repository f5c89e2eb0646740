package dev.torii.cli;

import dev.torii.demo.Demo;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code torii demo [--once] [--capture]}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Opens a small shop behind a gateway on this machine, all real processes, and says what to try.")
final class DemoCommand implements Callable<Integer> {

    @Option(names = "--once", description = "Try it all without you, and exit 0 when it works.")
    private boolean once;

    @Option(
            names = "--capture",
            description =
                    "Each service in a network namespace of its own, with its traffic captured; needs root on Linux.")
    private boolean capture;

    @Override
    public Integer call() throws IOException {
        String home = System.getProperty("torii.home");
        if (home == null) {
            throw new Failure("the demo runs from a source tree, as ./torii demo");
        }
        Demo demo = new Demo(Path.of(home), capture, new PrintStream(System.out, true, StandardCharsets.UTF_8));
        try {
            if (once) {
                return demo.once() ? Torii.CLEAN : Torii.FAILURE;
            }
            demo.stay();
            return Torii.CLEAN;
        } catch (IOException e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
    }
}
