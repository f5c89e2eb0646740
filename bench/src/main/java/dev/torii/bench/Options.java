package dev.torii.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What to measure.
 *
 * @param rounds how often each proxy gets its turn
 * @param seconds of each turn
 * @param warmUpSeconds at most, for a JVM, for the first protocol; half of it for each other
 * @param rate requests a second for the latency part
 * @param extras what the full scenario has beside its usual duties
 */
record Options(
        boolean profile,
        int rounds,
        int seconds,
        int warmUpSeconds,
        int rate,
        Set<Extra> extras,
        List<String> peers,
        List<Scenario> scenarios,
        List<Wire> wires,
        List<Wire> latencyWires) {

    static final List<String> ALL_PEERS = List.of("nginx", "haproxy", "scg", "torii");

    /** Reads the command line; the message of what it throws is for people. */
    static Options parse(String[] args) {
        boolean quick = Arrays.asList(args).contains("--quick");
        Draft draft = quick
                ? new Draft(2, 3, 18, List.of(Wire.H1, Wire.H2_TLS), List.of(Wire.H1))
                : new Draft(5, 4, 36, List.of(Wire.values()), List.of(Wire.H1, Wire.H2_TLS));
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> {}
                case "--profile" -> draft.profile = true;
                default -> draft.set(args[i], i + 1 < args.length ? args[++i] : "");
            }
        }
        return draft.done();
    }

    private static final class Draft {
        private boolean profile;
        private int rounds;
        private int seconds;
        private int warmUpSeconds;
        private int rate = 3000;
        private Set<Extra> extras = Set.of();
        private List<String> peers = ALL_PEERS;
        private List<Scenario> scenarios = List.of(Scenario.values());
        private List<Wire> wires;
        private List<Wire> latencyWires;

        Draft(int rounds, int seconds, int warmUpSeconds, List<Wire> wires, List<Wire> latencyWires) {
            this.rounds = rounds;
            this.seconds = seconds;
            this.warmUpSeconds = warmUpSeconds;
            this.wires = wires;
            this.latencyWires = latencyWires;
        }

        void set(String option, String value) {
            switch (option) {
                case "--rounds" -> rounds = number(option, value);
                case "--seconds" -> seconds = number(option, value);
                case "--warm-up" -> warmUpSeconds = number(option, value);
                case "--rate" -> rate = number(option, value);
                case "--peers" -> peers = choose(option, value, ALL_PEERS);
                case "--scenarios" ->
                    scenarios = Arrays.stream(Scenario.values())
                            .filter(s -> choose(option, value, List.of("plain", "full"))
                                    .contains(s.label()))
                            .toList();
                case "--with" -> {
                    List<String> chosen = choose(
                            option,
                            value,
                            Arrays.stream(Extra.values()).map(Extra::option).toList());
                    extras = Arrays.stream(Extra.values())
                            .filter(e -> chosen.contains(e.option()))
                            .collect(Collectors.toUnmodifiableSet());
                }
                case "--wires" -> {
                    List<String> chosen = choose(
                            option,
                            value,
                            Arrays.stream(Wire.values()).map(Wire::option).toList());
                    wires = Arrays.stream(Wire.values())
                            .filter(w -> chosen.contains(w.option()))
                            .toList();
                    latencyWires = wires;
                }
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }

        Options done() {
            return new Options(
                    profile, rounds, seconds, warmUpSeconds, rate, extras, peers, scenarios, wires, latencyWires);
        }

        private static int number(String option, String value) {
            try {
                int number = Integer.parseInt(value);
                if (number > 0 && number <= 1_000_000) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new IllegalArgumentException(option + " wants a number from 1 to 1000000, not '" + value + "'");
        }

        private static List<String> choose(String option, String value, List<String> allowed) {
            List<String> chosen = new ArrayList<>();
            for (String word : value.toLowerCase(Locale.ROOT).split(",", -1)) {
                if (!allowed.contains(word)) {
                    throw new IllegalArgumentException(option + " knows " + allowed + ", not '" + word + "'");
                }
                chosen.add(word);
            }
            return List.copyOf(chosen);
        }
    }
}
