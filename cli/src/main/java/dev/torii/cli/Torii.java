package dev.torii.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where the process starts. {@code verify} and {@code bench} are the launcher script's, so that they need no build. */
@Command(
        name = "torii",
        description = "A service mesh for teams on the JVM.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Torii.Version.class,
        subcommands = {
            DemoCommand.class,
            GatewayCommand.class,
            SidecarCommand.class,
            ControlCommand.class,
            CaptureCommand.class,
            InjectorCommand.class,
            InjectCommand.class,
            ConsoleCommand.class,
            CheckCommand.class,
            KubeCommand.class
        },
        footer = {"", "Also, in a source tree: ./torii verify [--jdk all] and ./torii bench [--quick].", ""})
public final class Torii implements Runnable {

    static final int CLEAN = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;

    @Spec
    private CommandSpec spec;

    /** Runs the command that the arguments name and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Torii())
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Torii::wrongUsage)
                .setExecutionExceptionHandler(Torii::failed);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a command");
    }

    /** One line about what is wrong, one with a suggestion where there is one, and the usage line. */
    private static int wrongUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("torii: " + firstLine(String.valueOf(e.getMessage())));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println(command.getHelp().fullSynopsis().stripTrailing());
        err.flush();
        return USAGE;
    }

    /** What a role throws for its user is one line; anything else is our own bug and shows its trace. */
    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (e instanceof Failure) {
            command.getErr().println("torii: " + e.getMessage());
            return FAILURE;
        }
        throw e;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"torii " + number() + ", Java " + Runtime.version()};
        }

        /** {@code from-sources} where there is no jar. */
        static String number() {
            String version = Torii.class.getPackage().getImplementationVersion();
            return version == null ? "from-sources" : version;
        }
    }
}
