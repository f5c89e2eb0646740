package dev.torii.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code ./torii} as a process, with what is built and on the JDK of this test. Ready once it is made. */
final class Launcher {

    static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    private final Path folder;
    private final List<String> prefix;

    /**
     * @param folder where it is started, and where what it complains of is kept
     * @param prefix what runs the command, such as {@code unshare} with its arguments
     */
    Launcher(Path folder, String... prefix) {
        this.folder = folder;
        this.prefix = List.of(prefix);
    }

    /** What a command left behind. */
    record Ran(int code, String out, String err) {}

    /** Starts it and returns at once. */
    Process start(Map<String, String> environment, String... arguments) throws IOException {
        Stream<String> torii = Stream.concat(Stream.of(HOME.resolve("torii").toString()), Stream.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(Stream.concat(prefix.stream(), torii).toList());
        builder.directory(folder.toFile()).redirectError(errors().toFile());
        builder.environment().put("TORII_BUILD", "never");
        builder.environment().put("TORII_JAVA", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs it to its end. */
    Ran run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        Process process = start(environment, arguments);
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), out, Files.readString(errors()));
    }

    /** The file with what the last one has said to stderr. */
    Path errors() {
        return folder.resolve("stderr");
    }
}
