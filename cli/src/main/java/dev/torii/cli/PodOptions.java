package dev.torii.cli;

import dev.torii.config.compile.SidecarView;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** What a pod's owner says of its sidecar: the injector makes these options of annotations. */
final class PodOptions {

    private static final int LAST_PORT = 65_535;

    @Option(
            names = "--opaque-ports",
            split = ",",
            paramLabel = "PORT",
            description = "Ports of the app on which bytes are passed on unseen, whatever is declared.")
    private List<Integer> opaquePorts = List.of();

    @Option(
            names = "--log-headers",
            split = ",",
            paramLabel = "HEADER",
            converter = Header.class,
            description =
                    "Request headers in the log besides those of policies: x-tenant, x-user(hash) or x-card(mask).")
    private List<LoggedHeader> logHeaders = List.of();

    @Option(
            names = "--sampling-percent",
            paramLabel = "N",
            description = "How many requests are traced, from 0 to 100, whatever policies say.")
    private @Nullable Double samplingPercent;

    /** Reads {@code name}, {@code name(hash)} and {@code name(mask)}. */
    static final class Header implements ITypeConverter<LoggedHeader> {
        @Override
        public LoggedHeader convert(String text) {
            int open = text.indexOf('(');
            String name = (open < 0 ? text : text.substring(0, open)).toLowerCase(Locale.ROOT);
            String mode = open < 0 ? "" : text.substring(open);
            if (name.isEmpty()
                    || !name.chars().allMatch(c -> c == '-' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')) {
                throw wrong(text);
            }
            return switch (mode) {
                case "" -> new LoggedHeader(name, Mode.PLAIN);
                case "(hash)" -> new LoggedHeader(name, Mode.HASH);
                case "(mask)" -> new LoggedHeader(name, Mode.MASK);
                default -> throw wrong(text);
            };
        }

        private static TypeConversionException wrong(String text) {
            return new TypeConversionException(
                    "'" + text + "' is no header as in x-tenant, x-user(hash) or x-card(mask)");
        }
    }

    /** Checked. */
    SidecarView.Pod pod(CommandLine command) {
        requirePorts(command, "--opaque-ports", opaquePorts);
        Double percent = samplingPercent;
        if (percent != null && !(percent >= 0 && percent <= 100)) {
            throw new ParameterException(command, "--sampling-percent is a number from 0 to 100, not " + percent);
        }
        return new SidecarView.Pod(opaquePorts, logHeaders, percent);
    }

    static void requirePorts(CommandLine command, String option, List<Integer> ports) {
        for (int port : ports) {
            if (port < 1 || port > LAST_PORT) {
                throw new ParameterException(command, option + " is a port from 1 to 65535, not " + port);
            }
        }
    }
}
