package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** {@code src/site/commands.md} is what {@code --help} says. {@code -Dtorii.write=true} writes it. */
final class CommandsPageTest {

    private static final Path PAGE = Path.of("../src/site/commands.md");

    @Test
    void thePageIsCurrent() throws IOException {
        StringBuilder page = new StringBuilder("""
                # Commands

                What `./torii COMMAND --help` says, of every command. In the image the command is the container's first argument.
                """);
        append(page, "torii", Torii.commandLine());
        if (Boolean.getBoolean("torii.write")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).hasContent(page.toString());
    }

    private static void append(StringBuilder page, String name, CommandLine command) {
        String usage = command.getUsageMessage(Ansi.OFF).strip();
        page.append("\n## ").append(name).append("\n\n```\n").append(usage).append("\n```\n");
        command.getSubcommands().forEach((each, sub) -> append(page, name + " " + each, sub));
    }
}
