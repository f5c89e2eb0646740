package dev.torii.sidecar.capture;

import java.util.ArrayList;
import java.util.List;

/** One variant of the iptables programs: reads the rules of this network namespace and hands it new ones. */
final class Iptables {

    private static final String NFT = "-nft";
    private static final String LEGACY = "-legacy";
    /** On a system that has but one. */
    private static final String PLAIN = "";

    /** Another program may be at the rules; it takes milliseconds. */
    private static final String WAIT_SECONDS = "5";

    private final Programs programs;
    private final String variant;

    private Iptables(Programs programs, String variant) {
        this.programs = programs;
        this.variant = variant;
    }

    /** The variants that may have left something here: installed, and known to this kernel. Throws when there is none. */
    static List<Iptables> usable(Programs programs) throws CaptureException {
        List<Iptables> found = new ArrayList<>();
        String complaint = "iptables is missing: install it (apt-get install iptables)";
        for (String variant : List.of(NFT, LEGACY, PLAIN)) {
            Iptables iptables = new Iptables(programs, variant);
            if (variant.equals(PLAIN) && !found.isEmpty() || !programs.has(iptables.save(Family.IPV4))) {
                continue;
            }
            Programs.Ran ran = programs.run("", iptables.save(Family.IPV4));
            if (ran.code() == 0) {
                found.add(iptables);
            } else {
                complaint = "cannot read the rules: " + ran.complaint();
            }
        }
        if (found.isEmpty()) {
            throw new CaptureException(complaint);
        }
        return found;
    }

    /** The variant to put rules with, of those usable; throws when the one asked for is not among them, or both are in use. */
    static Iptables choose(List<Iptables> usable, Backend backend) throws CaptureException {
        return switch (backend) {
            case AUTO -> inUse(usable);
            case NFT -> named(usable, NFT);
            case LEGACY -> named(usable, LEGACY);
        };
    }

    private static Iptables named(List<Iptables> usable, String variant) throws CaptureException {
        return usable.stream()
                .filter(iptables -> iptables.variant.equals(variant))
                .findFirst()
                .orElseThrow(() -> new CaptureException(
                        "iptables" + variant + " is not usable here: install it, or let --iptables auto choose"));
    }

    private static Iptables inUse(List<Iptables> usable) throws CaptureException {
        List<Iptables> used = new ArrayList<>();
        List<Iptables> ours = new ArrayList<>();
        for (Iptables iptables : usable) {
            SavedRules ipv4 = iptables.read(Family.IPV4);
            SavedRules ipv6 = iptables.read(Family.IPV6);
            if (ipv4.used() || ipv6.used()) {
                used.add(iptables);
            }
            if (ipv4.ours() || ipv6.ours()) {
                ours.add(iptables);
            }
        }
        List<Iptables> candidates = ours.isEmpty() ? used : ours;
        if (candidates.size() > 1) {
            throw new CaptureException("this network namespace has rules of both iptables-nft and iptables-legacy:"
                    + " say which with --iptables nft|legacy");
        }
        return candidates.isEmpty() ? preferred(usable) : candidates.get(0);
    }

    /** What others will use who just say {@code iptables}. */
    private static Iptables preferred(List<Iptables> usable) throws CaptureException {
        Programs programs = usable.get(0).programs;
        boolean legacy = programs.has("iptables")
                && programs.run("", "iptables", "--version").out().contains("(legacy)");
        return usable.stream()
                .filter(iptables -> legacy && iptables.variant.equals(LEGACY))
                .findFirst()
                .orElse(usable.get(0));
    }

    /** What is there now; of IPv6, nothing where programs or kernel do not know it. */
    SavedRules read(Family family) throws CaptureException {
        if (family == Family.IPV6 && !programs.has(save(family))) {
            return SavedRules.NONE;
        }
        // Of all tables: iptables-legacy-save would make the nat table if asked for it by name.
        Programs.Ran ran = programs.run("", save(family));
        if (ran.code() == 0) {
            return SavedRules.parse(ran.out());
        }
        if (family == Family.IPV6) {
            return SavedRules.NONE;
        }
        throw new CaptureException("cannot read the rules: " + ran.complaint());
    }

    /** Gives the kernel the text as one transaction; nothing when it is empty. */
    void restore(Family family, String text) throws CaptureException {
        if (text.isEmpty()) {
            return;
        }
        Programs.Ran ran =
                programs.run(text, family.program() + variant + "-restore", "--wait", WAIT_SECONDS, "--noflush");
        if (ran.code() != 0) {
            throw new CaptureException("the rules for " + family.title() + " were refused: " + ran.complaint());
        }
    }

    /** {@code iptables}, {@code iptables-nft} or {@code iptables-legacy}. */
    @Override
    public String toString() {
        return Family.IPV4.program() + variant;
    }

    private String save(Family family) {
        return family.program() + variant + "-save";
    }
}
