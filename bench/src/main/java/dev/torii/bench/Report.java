package dev.torii.bench;

import dev.torii.bench.Samples.Figure;
import dev.torii.bench.Samples.Measure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The result of a run as Markdown. Medians, with the least and the most behind them; ratios of medians to HAProxy's. */
final class Report {

    /** The row of the backend alone. */
    static final String NO_PROXY = "no proxy";

    private static final String REFERENCE = "haproxy";

    private final Options options;
    private final Samples samples;
    private final Site site;
    private final List<String> remarks;
    private final StringBuilder out = new StringBuilder();

    Report(Options options, Samples samples, Site site, List<String> remarks) {
        this.options = options;
        this.samples = samples;
        this.site = site;
        this.remarks = remarks;
    }

    String markdown() throws IOException, InterruptedException {
        head();
        for (Scenario scenario : options.scenarios()) {
            for (Wire wire : options.wires()) {
                closedLoop(scenario, wire);
            }
        }
        for (Scenario scenario : options.scenarios()) {
            for (Wire wire : options.latencyWires()) {
                latency(scenario, wire);
            }
        }
        memory();
        aims();
        return out.toString();
    }

    private void head() throws IOException, InterruptedException {
        line("# Torii beside its peers");
        line("");
        List<String> versions = new ArrayList<>();
        for (Peer peer : Fleet.peers(options, Map.of())) {
            versions.add(peer.version(site));
        }
        line(Instant.now().truncatedTo(ChronoUnit.MINUTES) + ". " + String.join(", ", versions) + ".");
        line("Linux " + System.getProperty("os.version") + ", " + Machine.cores() + ", JVM peers on Java "
                + Runtime.version() + ".");
        line(
                site.proxyCore().isEmpty()
                        ? "Nothing is bound to a core."
                        : "Proxies on core " + site.proxyCore() + ", load and backend on core 0.");
        line(options.rounds() + " rounds of " + options.seconds()
                + " s in turn, 64 requests in flight, 1 KiB replies, one worker thread each.");
        remarks.forEach(this::line);
        line("");
        try (InputStream duties = Report.class.getResourceAsStream("duties.md")) {
            line(duties == null ? "" : new String(duties.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
        options.extras().stream().sorted().map(Extra::row).forEach(this::line);
        line("");
        line(
                "In the plain scenario each has one route and no log; Torii makes a request id, forwarded headers and a log all the same.");
    }

    private void closedLoop(Scenario scenario, Wire wire) {
        line("");
        line("## " + scenario.label() + ", " + wire.label() + ": as much as goes through");
        line("");
        line("| proxy | CPU µs/request | × HAProxy | requests/s | × HAProxy |");
        line("|---|---|---|---|---|");
        for (String peer : options.peers()) {
            line("| " + peer + both(peer, scenario, wire, Measure.CPU_MICROS, "%.1f")
                    + both(peer, scenario, wire, Measure.PER_SECOND, "%.0f") + " |");
        }
    }

    private void latency(Scenario scenario, Wire wire) {
        line("");
        line("## " + scenario.label() + ", " + wire.label() + ": at a fixed " + options.rate() + " requests/s");
        line("");
        line("| proxy | p50 µs | × HAProxy | p99 µs | × HAProxy | CPU µs/request | × HAProxy |");
        line("|---|---|---|---|---|---|---|");
        List<String> rows = new ArrayList<>(options.peers());
        if (samples.has(new Figure(NO_PROXY, scenario, wire, Measure.P50_MICROS))) {
            rows.add(0, NO_PROXY);
        }
        for (String peer : rows) {
            line("| " + peer + both(peer, scenario, wire, Measure.P50_MICROS, "%.0f")
                    + both(peer, scenario, wire, Measure.P99_MICROS, "%.0f")
                    + both(peer, scenario, wire, Measure.STEADY_CPU_MICROS, "%.1f") + " |");
        }
    }

    private void memory() {
        line("");
        line("## Resident memory after all of it, MiB");
        line("");
        line("| proxy | "
                + String.join(
                        " | ", options.scenarios().stream().map(Scenario::label).toList()) + " |");
        line("|---|" + "---|".repeat(options.scenarios().size()));
        for (String peer : options.peers()) {
            StringBuilder row = new StringBuilder("| " + peer);
            for (Scenario scenario : options.scenarios()) {
                row.append(" | ")
                        .append(text(
                                "%.0f",
                                samples.median(new Figure(
                                        peer, scenario, options.wires().get(0), Measure.RESIDENT_MIB))));
            }
            line(row + " |");
        }
    }

    /** The budgets of the design, where this run has both sides. */
    private void aims() {
        line("");
        line("## What Torii aims at, full scenario");
        line("");
        for (Wire wire : options.wires()) {
            aim(wire, Measure.CPU_MICROS, "CPU per request", "haproxy", 1.0);
            aim(wire, Measure.CPU_MICROS, "CPU per request", "scg", 0.25);
        }
        for (Wire wire : options.latencyWires()) {
            aim(wire, Measure.P99_MICROS, "p99 at a fixed rate", "haproxy", 2.0);
        }
    }

    private void aim(Wire wire, Measure measure, String what, String other, double most) {
        double ratio = samples.median(new Figure("torii", Scenario.FULL, wire, measure))
                / samples.median(new Figure(other, Scenario.FULL, wire, measure));
        if (!Double.isNaN(ratio)) {
            line(String.format(
                    Locale.ROOT,
                    "- %s, %s: %.2f of %s's, aim at most %.2f: **%s**",
                    what,
                    wire.label(),
                    ratio,
                    other,
                    most,
                    ratio <= most ? "met" : "missed"));
        }
    }

    private String both(String peer, Scenario scenario, Wire wire, Measure measure, String format) {
        Figure key = new Figure(peer, scenario, wire, measure);
        if (!samples.has(key)) {
            return " | - | -";
        }
        double reference = samples.median(new Figure(REFERENCE, scenario, wire, measure));
        return " | " + text(format, samples.median(key)) + " (" + text(format, samples.least(key)) + "–"
                + text(format, samples.most(key)) + ") | " + text("%.2f", samples.median(key) / reference);
    }

    private static String text(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
