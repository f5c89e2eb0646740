package dev.torii.sidecar.capture;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The three verbs. They act on the network namespace they run in, need CAP_NET_ADMIN there, and block; every failure is a
 * {@link CaptureException}. Each may be repeated, and mends what an interrupted run has left.
 */
public final class Capture {

    private static final int CAP_NET_ADMIN = 12;

    /** The namespaces that a machine starts with, by their fixed numbers (include/uapi/linux/nsfs.h). */
    private static final String FIRST_PIDS = "pid:[4026531836]";

    /** As of Linux 6.17; before, the number was any. */
    private static final String FIRST_NET = "net:[4026531833]";

    private static final String SOURCE = Family.IPV6.inboundSource();

    private static final String NO_IPV6 = "IPv6: none in this network namespace";

    /** Where administrators' programs are, though an ordinary user's PATH may not say so. */
    private static final String SYSTEM = ":/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin";

    private final Programs programs;

    /** With the programs of this system. */
    public Capture() {
        this(new Programs(List.of(), Objects.requireNonNullElse(System.getenv("PATH"), "") + SYSTEM));
    }

    Capture(Programs programs) {
        this.programs = programs;
    }

    /** What is in place: whether that is all that {@link #up} would put, and lines that tell it. */
    public record Shown(boolean up, List<String> lines) {}

    /**
     * Puts the rules in place of those of an earlier run, if any: for each IP version in one step.
     *
     * @param ipv6 whether to capture IPv6 where the namespace has it
     * @param wholeMachine whether it is meant when this is no pod's namespace but the machine's
     * @return what was done, in lines
     */
    public List<String> up(CaptureOptions options, Backend backend, boolean ipv6, boolean wholeMachine)
            throws CaptureException {
        needCapability();
        if (!wholeMachine) {
            needPod();
        }
        boolean both = ipv6 && hasIpv6();
        List<Iptables> usable = Iptables.usable(programs);
        Iptables chosen = Iptables.choose(usable, backend);
        for (Iptables other : usable) {
            if (other != chosen) {
                clear(other, Family.IPV4);
                clear(other, Family.IPV6);
            }
        }
        put(chosen, options, Family.IPV4);
        if (both) {
            addSource();
            put(chosen, options, Family.IPV6);
        } else {
            clear(chosen, Family.IPV6);
            removeSource();
        }
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "capture is up (%s): what arrives goes to port %d, what leaves to port %d, but for user %d and group %d",
                chosen,
                options.inboundPort(),
                options.outboundPort(),
                options.uid(),
                options.gid()));
        if (!both) {
            lines.add(ipv6 ? NO_IPV6 : "IPv6: not captured, as asked");
        }
        return lines;
    }

    /**
     * Takes away whatever of ours is there, by any backend.
     *
     * @return what was done, in lines
     */
    public List<String> down() throws CaptureException {
        needCapability();
        boolean changed = false;
        for (Iptables iptables : Iptables.usable(programs)) {
            changed |= clear(iptables, Family.IPV4);
            changed |= clear(iptables, Family.IPV6);
        }
        changed |= removeSource();
        return List.of(changed ? "capture is down" : "capture was not up");
    }

    /**
     * Tells what is in place, without changing it.
     *
     * @param ipv6 whether IPv6 must be captured as well, where the namespace has it
     */
    public Shown show(boolean ipv6) throws CaptureException {
        needCapability();
        List<String> lines = new ArrayList<>();
        boolean up = tell(Family.IPV4, lines);
        if (ipv6 && !hasIpv6()) {
            lines.add(NO_IPV6);
        } else {
            up &= tell(Family.IPV6, lines) || !ipv6;
        }
        lines.add(0, up ? "capture is up" : "capture is not up");
        return new Shown(up, lines);
    }

    private boolean tell(Family family, List<String> lines) throws CaptureException {
        boolean up = false;
        boolean any = false;
        for (Iptables iptables : Iptables.usable(programs)) {
            SavedRules saved = iptables.read(family);
            if (saved.ours()) {
                boolean complete = CaptureRules.complete(saved);
                lines.add(family.title() + " by " + iptables + (complete ? "" : ", incomplete: run up or down again"));
                CaptureRules.tell(saved, lines);
                up |= complete;
                any = true;
            }
        }
        if (!any) {
            lines.add(family.title() + ": nothing in place");
        }
        return up;
    }

    private void put(Iptables iptables, CaptureOptions options, Family family) throws CaptureException {
        iptables.restore(family, CaptureRules.up(options, family, iptables.read(family)));
    }

    private boolean clear(Iptables iptables, Family family) throws CaptureException {
        String text = CaptureRules.down(iptables.read(family));
        iptables.restore(family, text);
        return !text.isEmpty();
    }

    private boolean hasIpv6() throws CaptureException {
        if (!programs.has("ip")) {
            throw new CaptureException(
                    "ip is missing: install it (apt-get install iproute2), or leave IPv6 out with --no-ipv6");
        }
        return !addresses().isBlank();
    }

    /** IPv4 has the whole of 127.0.0.0/8 on the loopback device; IPv6 must be given the inbound source. */
    private void addSource() throws CaptureException {
        if (!hasSource()) {
            ip("addr", "add", SOURCE, "dev", "lo");
        }
    }

    private boolean removeSource() throws CaptureException {
        boolean has = programs.has("ip") && hasSource();
        if (has) {
            ip("addr", "del", SOURCE, "dev", "lo");
        }
        return has;
    }

    private boolean hasSource() throws CaptureException {
        // A pod's own address may well be fd00::6.
        return addresses().contains(" " + SOURCE + " ");
    }

    /** The namespace's IPv6 addresses as {@code ip} lists them, each between spaces; empty without IPv6. */
    private String addresses() throws CaptureException {
        return programs.run("", "ip", "-6", "-o", "addr", "show").out();
    }

    private void ip(String... arguments) throws CaptureException {
        List<String> all = new ArrayList<>(List.of("-6"));
        all.addAll(List.of(arguments));
        Programs.Ran ran = programs.run("", "ip", all.toArray(String[]::new));
        if (ran.code() != 0) {
            throw new CaptureException("ip " + String.join(" ", all) + ": " + ran.complaint());
        }
    }

    private static void needCapability() throws CaptureException {
        String effective;
        try {
            effective = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("0");
        } catch (IOException e) {
            throw new CaptureException("capture is for Linux: there is no /proc/self/status here");
        }
        if (!new BigInteger(effective, 16).testBit(CAP_NET_ADMIN)) {
            throw new CaptureException("not allowed to change rules: run as root, or give the container the capability"
                    + " NET_ADMIN (and NET_RAW for iptables-legacy)");
        }
    }

    /** Who captures a whole machine's traffic by mistake locks himself out of it. */
    private void needPod() throws CaptureException {
        Programs.Ran ran = programs.run("", "readlink", "/proc/self/ns/net", "/proc/self/ns/pid", "/proc/1/ns/net");
        if (isMachine(ran.out().lines().toList())) {
            throw new CaptureException("this is the machine's own network, not a pod's: run it in the pod's namespace"
                    + " (ip netns exec NAME …), or mean it with --whole-machine");
        }
    }

    /**
     * Whether a process is in no container: the machine's first network, or, where that has no number to know it by, the
     * network of process 1 seen from the machine's first process namespace.
     *
     * @param links the network and the process namespace, and the network of process 1 where it may be read
     */
    static boolean isMachine(List<String> links) {
        return links.indexOf(FIRST_NET) == 0
                || links.size() == 3
                        && links.get(0).equals(links.get(2))
                        && links.get(1).equals(FIRST_PIDS);
    }
}
