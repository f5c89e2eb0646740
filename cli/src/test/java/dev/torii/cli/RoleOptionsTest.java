package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.config.source.Source;
import dev.torii.proxy.HeaderMask;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RoleOptionsTest {

    @TempDir
    private Path folder;

    private static HeaderMask mask(String... args) {
        RoleOptions options = new RoleOptions();
        new CommandLine(options).parseArgs(args);
        return options.mask();
    }

    private HeaderMask salted(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("salt"), text);
        return mask("--config", "x", "--log-salt-file", file.toString());
    }

    private static String hash(HeaderMask mask) {
        return mask.show("alice", Mode.HASH);
    }

    @Test
    void processesWithTheSameSaltHashAlikeAndOthersDoNot() throws IOException {
        String hash = hash(salted("a-salt-of-a-mesh"));
        assertThat(hash).isEqualTo("sha256:26d3f32263d344d4").isEqualTo(hash(salted("a-salt-of-a-mesh\n")));
        assertThat(hash(salted("another-salt-of-a-mesh"))).isNotEqualTo(hash);
        assertThat(hash(mask("--config", "x"))).isNotEqualTo(hash(mask("--config", "x")));
    }

    @Test
    void aSaltThatCannotBeOneIsToldInOneLine() {
        assertThatThrownBy(() -> salted("short\n")).isInstanceOf(Failure.class).hasMessageContaining("from 16 to 4096");
        assertThatThrownBy(() -> salted("x".repeat(5_000))).hasMessageContaining("from 16 to 4096");
        assertThatThrownBy(() -> mask("--config", "x", "--log-salt-file", folder + "/none"))
                .isInstanceOf(Failure.class)
                .hasMessageEndingWith("/none: no such file or folder");
        assertThatThrownBy(() -> mask("--config", "x", "--log-salt-file", folder.toString()))
                .isInstanceOf(Failure.class)
                .hasMessageEndingWith(": cannot be read");
    }

    private static Source source(RoleOptions.Way own, String... args) {
        RoleOptions options = new RoleOptions();
        CommandLine command = new CommandLine(options);
        command.parseArgs(args);
        return options.source(command, own);
    }

    @Test
    void configurationComesFromOnePlace() throws IOException {
        Source cluster = taker -> () -> {};
        var kube = new RoleOptions.Way("--kube", () -> cluster);
        var noKube = new RoleOptions.Way("--kube", null);
        String file = Files.writeString(folder.resolve("a.yaml"), "").toString();
        assertThat(source(kube)).isSameAs(cluster);
        assertThat(source(noKube, "--config", file)).isNotNull();
        assertThatThrownBy(() -> source(noKube))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessage("where does the configuration come from? Give --config or --kube");
        assertThatThrownBy(() -> source(kube, "--config", file)).hasMessage("give only one of --config or --kube");
        assertThatThrownBy(() -> source(noKube, "--config", file + "x")).isInstanceOf(Failure.class);
    }
}
