package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.compile.SidecarView;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import dev.torii.sidecar.capture.Cidr;
import dev.torii.sidecar.capture.PortRange;
import dev.torii.sidecar.capture.Subset;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;

/** What the injector writes for a container is what its command takes: said by the one, read by the other. */
final class InjectedSidecarTest {

    @TempDir
    private Path folder;

    @Test
    void theSidecarTakesWhatTheInjectorGives() throws Exception {
        CommandLine line = Torii.commandLine();
        CommandLine.ParseResult parsed =
                line.parseArgs(injected("torii-sidecar")).subcommand();

        assertThat(parsed.commandSpec().name()).isEqualTo("sidecar");
        RoleOptions role = mixin(parsed, "role", RoleOptions.class);
        assertThat(role.logLevel).isEqualTo(Verbosity.WARN);
        assertThat(role.drainTimeout).isEqualTo(Duration.ofSeconds(90));
        ControlOptions control = mixin(parsed, "control", ControlOptions.class);
        assertThat(String.valueOf(control.control)).isEqualTo("https://torii-control.torii-system:15010");
        assertThat(mixin(parsed, "owner", PodOptions.class).pod(line))
                .isEqualTo(new SidecarView.Pod(
                        List.of(3306, 6000),
                        List.of(
                                new LoggedHeader("x-tenant-id", Mode.PLAIN),
                                new LoggedHeader("x-user", Mode.HASH),
                                new LoggedHeader("x-card", Mode.MASK)),
                        2.5));
    }

    @Test
    void theCaptureStepTakesWhatTheInjectorGives() throws Exception {
        CommandLine.ParseResult parsed =
                Torii.commandLine().parseArgs(injected("torii-capture")).subcommand();

        assertThat(parsed.commandSpec().name()).isEqualTo("capture");
        assertThat(parsed.<Object>matchedPositionalValue(0, null)).isEqualTo(CaptureCommand.Action.UP);
        assertThat(parsed.<Object>matchedOptionValue("--exclude-inbound-ports", null))
                .isEqualTo(Subset.parse("9999", PortRange::parse));
        assertThat(parsed.<Object>matchedOptionValue("--exclude-outbound-ports", null))
                .isEqualTo(Subset.parse("3306,6000-6010", PortRange::parse));
        assertThat(parsed.<Object>matchedOptionValue("--exclude-outbound-cidrs", null))
                .isEqualTo(Subset.parse("10.9.0.0/16,fd00::/8", Cidr::parse));
    }

    private static <T> T mixin(CommandLine.ParseResult parsed, String name, Class<T> type) {
        return type.cast(parsed.commandSpec().mixins().get(name).userObject());
    }

    /** The arguments of a container in a pod that says all that can be said. */
    private String[] injected(String container) throws Exception {
        Path in = Files.writeString(folder.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: web-1
                  namespace: shop
                  labels: {torii.dev/inject: "true"}
                  annotations:
                    torii.dev/app-ports: "8080,9090"
                    torii.dev/exclude-inbound-ports: "9999"
                    torii.dev/exclude-outbound-ports: "3306, 6000-6010"
                    torii.dev/exclude-outbound-cidrs: "10.9.0.0/16,fd00::/8"
                    torii.dev/opaque-ports: "3306,6000"
                    torii.dev/log-headers: "x-tenant-id,X-User(hash),x-card(mask)"
                    torii.dev/sampling-percent: "2.5"
                    torii.dev/log-level: warning
                    torii.dev/drain-timeout: 1m30s
                spec:
                  containers: [{name: app, image: app}]
                """);
        Path out = folder.resolve("injected.yaml");
        int code = Torii.commandLine().execute("inject", "-f", in.toString(), "-o", out.toString());
        assertThat(code).isEqualTo(Torii.CLEAN);
        Map<?, ?> pod = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(out));
        List<?> containers = (List<?>) ((Map<?, ?>) pod.get("spec")).get("initContainers");
        return containers.stream()
                .map(each -> (Map<?, ?>) each)
                .filter(each -> each.get("name").equals(container))
                .flatMap(each -> ((List<?>) each.get("args")).stream())
                .map(String::valueOf)
                .toArray(String[]::new);
    }

    @Test
    void whatIsWrongIsOneLine() {
        for (String[] wrong : new String[][] {
            {"--control", "torii-control:15010"},
            {"--control", "https://a:1/path"},
            {"--control", "https://a:1"},
            {"--opaque-ports", "0"},
            {"--log-headers", "x y"},
            {"--log-headers", "x(plain)"},
            {"--sampling-percent", "101"},
            {"--sampling-percent", "NaN"},
            {"--log-level", "loud"},
            {"--config", "."},
            {"--config", ".", "--control", "https://a:1", "--service", "shop/web"},
            {"--config", ".", "--service", "web"},
        }) {
            CommandLine line = Torii.commandLine();
            var errors = new StringWriter();
            line.setErr(new PrintWriter(errors));
            line.getSubcommands().values().forEach(each -> each.setErr(new PrintWriter(errors)));
            String[] args = new String[wrong.length + 1];
            args[0] = "sidecar";
            System.arraycopy(wrong, 0, args, 1, wrong.length);
            RoleOptions role = (RoleOptions) line.getSubcommands()
                    .get("sidecar")
                    .getCommandSpec()
                    .mixins()
                    .get("role")
                    .userObject();
            role.environment = Map.of();

            assertThat(line.execute(args)).as(String.join(" ", args)).isEqualTo(Torii.USAGE);
        }
    }

    @Test
    void aPodIsNamedForWhatMadeIt() {
        for (String[] each : new String[][] {
            {"web-7d4b9cf6c5-x2x8q", "web"}, {"store-0", "store"}, {"job-abcde", "job"}, {"plain", "plain"}
        }) {
            Identity identity = Identity.ofPod(Map.of("POD_NAME", each[0], "POD_NAMESPACE", "shop"));
            assertThat(identity.tracing(Map.of()).resource()).containsEntry("service.name", each[1]);
        }
    }
}
