package dev.torii.sidecar.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@code iptables-save} printed, as far as capture cares.
 *
 * @param used whether any table holds a rule or a chain of somebody's own
 * @param chains our chains, by name
 * @param rules the nat table's rules that are ours or lead to ours, as printed: {@code -A CHAIN …}
 */
record SavedRules(boolean used, List<String> chains, List<String> rules) {

    static final SavedRules NONE = new SavedRules(false, List.of(), List.of());

    /** How the names of our chains begin. */
    static final String PREFIX = "TORII_";

    private static final String JUMP = " -j " + PREFIX;

    SavedRules {
        chains = List.copyOf(chains);
        rules = List.copyOf(rules);
    }

    static SavedRules parse(String text) {
        boolean used = false;
        boolean nat = false;
        List<String> chains = new ArrayList<>();
        List<String> rules = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("*")) {
                nat = line.equals("*nat");
            } else if (line.startsWith(":")) {
                String[] words = line.substring(1).split(" ", -1);
                used |= words.length > 1 && words[1].equals("-");
                if (nat && words[0].startsWith(PREFIX)) {
                    chains.add(words[0]);
                }
            } else if (line.startsWith("-A ")) {
                used = true;
                if (nat && (line.startsWith("-A " + PREFIX) || line.contains(JUMP))) {
                    rules.add(line);
                }
            }
        }
        return new SavedRules(used, chains, rules);
    }

    /** Whether anything of ours is here, be it only a part. */
    boolean ours() {
        return !chains.isEmpty() || !rules.isEmpty();
    }

    /** The rules of chains that are not ours which lead to ours. */
    List<String> jumps() {
        return rules.stream().filter(r -> !r.startsWith("-A " + PREFIX)).toList();
    }

    /** Our own chain's rules, in their order. */
    List<String> of(String chain) {
        return rules.stream().filter(r -> r.startsWith("-A " + chain + " ")).toList();
    }
}
