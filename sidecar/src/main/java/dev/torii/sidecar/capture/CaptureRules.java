package dev.torii.sidecar.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The rules, as text for {@code iptables-restore --noflush}: pure. One text is one transaction, so that a connection meets
 * the old rules or the new ones. Only TCP is touched.
 *
 * <p>The order in {@code TORII_OUTBOUND} is what keeps the sidecar from calling itself for ever: its own connections leave
 * the pod untouched, whatever is included; those to its own pod's address are inbound ones; and the ones by which it hands an
 * inbound connection to the app, recognised by their source address, go through.
 */
final class CaptureRules {

    private static final String INBOUND = SavedRules.PREFIX + "INBOUND";
    private static final String OUTBOUND = SavedRules.PREFIX + "OUTBOUND";
    /** The last step of what leaves: is it a port that we want? */
    private static final String REDIRECT = SavedRules.PREFIX + "REDIRECT";

    private static final List<String> CHAINS = List.of(INBOUND, OUTBOUND, REDIRECT);

    private static final String ARRIVES = "-A PREROUTING -p tcp -j " + INBOUND;
    private static final String LEAVES = "-A OUTPUT -p tcp -j " + OUTBOUND;
    private static final List<String> JUMPS = List.of(ARRIVES, LEAVES);

    private static final String LEAVE_ALONE = " -j RETURN";

    private static final PortRange DNS = new PortRange(53, 53);

    private final CaptureOptions options;
    private final Family family;
    private final List<String> lines = new ArrayList<>();

    private CaptureRules(CaptureOptions options, Family family) {
        this.options = options;
        this.family = family;
    }

    /** Puts the rules in place of whatever of ours is there now. A jump that is right stays where it is. */
    static String up(CaptureOptions options, Family family, SavedRules now) {
        CaptureRules rules = new CaptureRules(options, family);
        rules.hooks(now);
        rules.inbound();
        rules.outbound();
        rules.redirect();
        return restore(rules.lines);
    }

    /** Takes away what of ours is there, all or only a part; empty when there is nothing. */
    static String down(SavedRules now) {
        if (!now.ours()) {
            return "";
        }
        List<String> lines = new ArrayList<>();
        now.jumps().forEach(jump -> lines.add(deletion(jump)));
        now.chains().forEach(chain -> lines.add("-F " + chain));
        now.chains().forEach(chain -> lines.add("-X " + chain));
        return restore(lines);
    }

    /** Whether all our chains are there and are reached. */
    static boolean complete(SavedRules now) {
        return now.chains().containsAll(CHAINS) && now.jumps().containsAll(JUMPS);
    }

    /** Adds a line in words for each rule, beside the rule. */
    static void tell(SavedRules now, List<String> lines) {
        for (String rule : now.jumps()) {
            lines.add(line("  " + (rule.startsWith("-A PREROUTING ") ? "what arrives" : "what leaves"), rule));
        }
        for (String chain : now.chains()) {
            lines.add("  " + chain);
            now.of(chain).forEach(rule -> lines.add(line("    " + RuleWords.of(rule), rule)));
        }
    }

    private static String line(String words, String rule) {
        return String.format(Locale.ROOT, "%-70s %s", words, rule);
    }

    private void hooks(SavedRules now) {
        CHAINS.forEach(chain -> lines.add(":" + chain + " - [0:0]"));
        List<String> missing = new ArrayList<>(JUMPS);
        for (String jump : now.jumps()) {
            if (!missing.remove(jump)) {
                lines.add(deletion(jump));
            }
        }
        lines.addAll(missing);
        now.chains().stream().filter(chain -> !CHAINS.contains(chain)).forEach(old -> {
            lines.add("-F " + old);
            lines.add("-X " + old);
        });
    }

    private void inbound() {
        CaptureOptions.Inbound inbound = options.inbound();
        add(INBOUND, port(new PortRange(options.adminPort(), options.adminPort())), LEAVE_ALONE);
        ports(inbound.except()).forEach(port -> add(INBOUND, port, LEAVE_ALONE));
        ports(inbound.only()).forEach(port -> add(INBOUND, port, redirect(options.inboundPort())));
    }

    private void outbound() {
        CaptureOptions.Outbound outbound = options.outbound();
        List<String> sidecar =
                List.of(" -m owner --uid-owner " + options.uid(), " -m owner --gid-owner " + options.gid());
        add(OUTBOUND, " -s " + family.inboundSource() + " -o lo", LEAVE_ALONE);
        sidecar.forEach(by -> add(OUTBOUND, " ! -d " + family.loopback() + " -o lo -p tcp" + by, " -j " + INBOUND));
        add(OUTBOUND, " -o lo", LEAVE_ALONE);
        sidecar.forEach(by -> add(OUTBOUND, by, LEAVE_ALONE));
        if (!options.tcpDns()) {
            add(OUTBOUND, port(DNS), LEAVE_ALONE);
        }
        owners("uid", outbound.exceptUids()).forEach(by -> add(OUTBOUND, by, LEAVE_ALONE));
        owners("gid", outbound.exceptGids()).forEach(by -> add(OUTBOUND, by, LEAVE_ALONE));
        ports(outbound.exceptPorts()).forEach(port -> add(OUTBOUND, port, LEAVE_ALONE));
        networks(outbound.exceptAddresses()).forEach(to -> add(OUTBOUND, to, LEAVE_ALONE));
        networks(outbound.onlyAddresses()).forEach(to -> add(OUTBOUND, to, " -j " + REDIRECT));
    }

    private void redirect() {
        ports(options.outbound().onlyPorts()).forEach(port -> add(REDIRECT, port, redirect(options.outboundPort())));
    }

    private void add(String chain, String match, String target) {
        lines.add("-A " + chain + match + target);
    }

    private static Stream<String> ports(Subset<PortRange> ports) {
        return ports.all() ? Stream.of(" -p tcp") : ports.members().stream().map(CaptureRules::port);
    }

    private static String port(PortRange range) {
        String last = range.last() == range.first() ? "" : ":" + range.last();
        return " -p tcp -m tcp --dport " + range.first() + last;
    }

    private Stream<String> networks(Subset<Cidr> networks) {
        return networks.all()
                ? Stream.of("")
                : networks.members().stream().filter(c -> c.family() == family).map(c -> " -d " + c.text());
    }

    private static Stream<String> owners(String kind, Subset<Long> ids) {
        return ids.all() ? Stream.of("") : ids.members().stream().map(id -> " -m owner --" + kind + "-owner " + id);
    }

    private static String redirect(int port) {
        return " -j REDIRECT --to-ports " + port;
    }

    private static String deletion(String rule) {
        return "-D" + rule.substring(2);
    }

    private static String restore(List<String> lines) {
        return "*nat\n" + String.join("\n", lines) + "\nCOMMIT\n";
    }
}
