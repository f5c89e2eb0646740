package dev.torii.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a command to its end. */
final class Tool {

    private Tool() {}

    /** What the command printed on both channels; an {@link IOException} with it when the command failed. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + output.strip());
        }
        return output;
    }

    /** Whether no such command is on the path. */
    static boolean missing(String command) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v \"$0\" >/dev/null", command)
                        .start()
                        .waitFor()
                != 0;
    }
}
