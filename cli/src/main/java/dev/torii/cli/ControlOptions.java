package dev.torii.cli;

import dev.torii.config.stream.ControlAddress;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.StreamSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a proxy finds control, and what it shows to it. The defaults are what the injector and the provisioner mount. */
final class ControlOptions {

    @Option(
            names = "--control",
            paramLabel = "URL",
            converter = Url.class,
            description =
                    "Configuration comes from `torii control` there, as in https://torii-control.torii-system:15010.")
    @Nullable
    ControlAddress control;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            defaultValue = "/var/run/torii/token",
            description = "The token that control knows this pod by (default: ${DEFAULT-VALUE}).")
    private Path token;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            defaultValue = "/var/run/torii/ca.crt",
            description = "Who vouches for control (default: ${DEFAULT-VALUE}).")
    private Path authorities;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Where the last configuration from control is kept, for a start without it; of this proxy alone"
                            + " (default: torii in $TMPDIR).")
    private @Nullable Path state;

    /** Reads URLs of control. */
    static final class Url implements ITypeConverter<ControlAddress> {
        @Override
        public ControlAddress convert(String text) {
            try {
                return ControlAddress.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /**
     * What control gives to such a proxy.
     *
     * @param gateway {@code namespace/name}, or {@code ""}
     * @param service {@code namespace/name}, or {@code ""}
     */
    StreamSource source(
            ControlAddress control,
            Message.Role role,
            String gateway,
            String service,
            List<Integer> appPorts,
            Map<String, String> environment) {
        String built = ControlOptions.class.getPackage().getImplementationVersion();
        Hello self = new Hello(
                Message.PROTOCOL,
                role,
                built == null ? "unknown" : built,
                Identity.pod(environment),
                gateway,
                service,
                appPorts,
                List.of(),
                "");
        Path folder = state == null ? Path.of(environment.getOrDefault("TMPDIR", "/tmp"), "torii") : state;
        return new StreamSource(new StreamSource.Settings(control, self, token, authorities, folder));
    }
}
