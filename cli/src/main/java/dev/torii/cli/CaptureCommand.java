package dev.torii.cli;

import dev.torii.sidecar.capture.Backend;
import dev.torii.sidecar.capture.Capture;
import dev.torii.sidecar.capture.CaptureException;
import dev.torii.sidecar.capture.CaptureOptions;
import dev.torii.sidecar.capture.Cidr;
import dev.torii.sidecar.capture.PortRange;
import dev.torii.sidecar.capture.Subset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code torii capture up|down|show}. */
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Sends the TCP of this network namespace (a pod's) through the sidecar, by iptables; needs NET_ADMIN.",
            "up replaces an earlier up; down leaves nothing; show says what is in place and exits 1 when that is not all.",
            "PORTS are 80,8000-8999, CIDRS 10.0.0.0/8,fd00::/8, IDS 1000,1001; or all, or none. UDP is never touched."
        })
final class CaptureCommand implements Callable<Integer> {

    /** What to do; written in lower case. */
    enum Action {
        UP,
        DOWN,
        SHOW
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "up|down|show", description = "down and show take up's options too, and need none.")
    private Action action;

    @Option(
            names = "--inbound-port",
            paramLabel = "N",
            defaultValue = "15006",
            description = "Where the sidecar takes what arrives (default: ${DEFAULT-VALUE}).")
    private int inboundPort;

    @Option(
            names = "--outbound-port",
            paramLabel = "N",
            defaultValue = "15001",
            description = "Where it takes what leaves (default: ${DEFAULT-VALUE}).")
    private int outboundPort;

    @Option(
            names = "--admin-port",
            paramLabel = "N",
            defaultValue = "15000",
            description = "The sidecar's own, never captured (default: ${DEFAULT-VALUE}).")
    private int adminPort;

    @Option(
            names = "--uid",
            paramLabel = "N",
            defaultValue = "1337",
            converter = Id.class,
            description = "The user that the sidecar runs as (default: ${DEFAULT-VALUE}).")
    private Long uid;

    @Option(names = "--gid", paramLabel = "N", converter = Id.class, description = "Its group (default: as --uid).")
    private @Nullable Long gid;

    @Option(
            names = "--include-inbound-ports",
            paramLabel = "PORTS",
            defaultValue = "all",
            converter = Ports.class,
            description = "What arrives here is captured (default: ${DEFAULT-VALUE}).")
    private Subset<PortRange> includeInboundPorts;

    @Option(
            names = "--exclude-inbound-ports",
            paramLabel = "PORTS",
            defaultValue = "none",
            converter = Ports.class,
            description = "But for this.")
    private Subset<PortRange> excludeInboundPorts;

    @Option(
            names = "--include-outbound-ports",
            paramLabel = "PORTS",
            defaultValue = "all",
            converter = Ports.class,
            description = "What leaves for these ports is captured (default: ${DEFAULT-VALUE}) ...")
    private Subset<PortRange> includeOutboundPorts;

    @Option(
            names = "--include-outbound-cidrs",
            paramLabel = "CIDRS",
            defaultValue = "all",
            converter = Cidrs.class,
            description = "... if it goes to these networks (default: ${DEFAULT-VALUE}) ...")
    private Subset<Cidr> includeOutboundCidrs;

    @Option(
            names = "--exclude-outbound-ports",
            paramLabel = "PORTS",
            defaultValue = "none",
            converter = Ports.class,
            description = "... but not for these ports,")
    private Subset<PortRange> excludeOutboundPorts;

    @Option(
            names = "--exclude-outbound-cidrs",
            paramLabel = "CIDRS",
            defaultValue = "none",
            converter = Cidrs.class,
            description = "to these networks,")
    private Subset<Cidr> excludeOutboundCidrs;

    @Option(
            names = "--exclude-uids",
            paramLabel = "IDS",
            defaultValue = "none",
            converter = Ids.class,
            description = "from these users,")
    private Subset<Long> excludeUids;

    @Option(
            names = "--exclude-gids",
            paramLabel = "IDS",
            defaultValue = "none",
            converter = Ids.class,
            description = "or from these groups.")
    private Subset<Long> excludeGids;

    @Option(names = "--tcp-dns", description = "Capture port 53 as well.")
    private boolean tcpDns;

    @Option(names = "--no-ipv6", description = "Leave IPv6 alone.")
    private boolean noIpv6;

    @Option(
            names = "--iptables",
            paramLabel = "auto|nft|legacy",
            defaultValue = "auto",
            description = "Which variant; auto takes the one in use, else the system's.")
    private Backend backend;

    @Option(names = "--whole-machine", description = "Yes, this machine's own network and not a pod's.")
    private boolean wholeMachine;

    @Override
    public Integer call() {
        try {
            Capture capture = new Capture();
            return switch (action) {
                case UP -> print(true, capture.up(options(), backend, !noIpv6, wholeMachine));
                case DOWN -> print(true, capture.down());
                case SHOW -> {
                    Capture.Shown shown = capture.show(!noIpv6);
                    yield print(shown.up(), shown.lines());
                }
            };
        } catch (CaptureException e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
    }

    private CaptureOptions options() {
        try {
            return new CaptureOptions(
                    inboundPort,
                    outboundPort,
                    adminPort,
                    uid,
                    gid == null ? uid : gid,
                    tcpDns,
                    new CaptureOptions.Inbound(includeInboundPorts, excludeInboundPorts),
                    new CaptureOptions.Outbound(
                            includeOutboundPorts,
                            excludeOutboundPorts,
                            includeOutboundCidrs,
                            excludeOutboundCidrs,
                            excludeUids,
                            excludeGids));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private int print(boolean good, List<String> lines) {
        lines.forEach(spec.commandLine().getOut()::println);
        return good ? Torii.CLEAN : Torii.FAILURE;
    }

    /** Whoever reads a text tells what is wrong with it; picocli adds which option it was. */
    abstract static class Reader<T> implements ITypeConverter<T> {
        private final Function<String, T> reader;

        Reader(Function<String, T> reader) {
            this.reader = reader;
        }

        @Override
        public T convert(String text) {
            try {
                return reader.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    static final class Ports extends Reader<Subset<PortRange>> {
        Ports() {
            super(text -> Subset.parse(text, PortRange::parse));
        }
    }

    static final class Cidrs extends Reader<Subset<Cidr>> {
        Cidrs() {
            super(text -> Subset.parse(text, Cidr::parse));
        }
    }

    static final class Ids extends Reader<Subset<Long>> {
        Ids() {
            super(text -> Subset.parse(text, CaptureOptions::parseId));
        }
    }

    static final class Id extends Reader<Long> {
        Id() {
            super(CaptureOptions::parseId);
        }
    }
}
