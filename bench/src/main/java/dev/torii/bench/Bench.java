package dev.torii.bench;

import dev.torii.bench.Samples.Figure;
import dev.torii.bench.Samples.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code ./torii bench}: starts the backend and the peers, checks their duties, warms them up, gives each its turn in
 * several rounds, and writes a table. Called by {@code bench/run}, which installs and builds what is needed; settings that
 * only it knows come as system properties {@code bench.*}.
 *
 * <p>Exit codes: 0 measured, 1 something failed, 2 wrong usage.
 */
public final class Bench {

    private static final int STEADY_SECONDS = 5;
    private static final int STEADY_ROUNDS = 3;
    private static final int SLICE_SECONDS = 3;
    /** A JVM is warm when two slices in a row differ by less than this in CPU for each request. */
    private static final double SETTLED = 0.03;
    /** But not before so many requests: the compiler's last stage comes late. */
    private static final long WARM_REQUESTS = 50_000;

    private final Options options;
    private final Fleet fleet;
    private final Samples samples = new Samples();
    private final List<String> remarks = new ArrayList<>();

    private Bench(Options options, Fleet fleet) {
        this.options = options;
        this.fleet = fleet;
    }

    public static void main(String[] args) {
        try {
            run(Options.parse(args));
        } catch (IllegalArgumentException e) {
            System.err.println("torii bench: " + e.getMessage());
            System.err.println("usage: torii bench --help");
            System.exit(2);
        } catch (Exception e) {
            System.err.println("torii bench: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void run(Options options) throws Exception {
        Path root = Path.of(System.getProperty("bench.root", ".")).toAbsolutePath();
        Path work = Files.createDirectories(root.resolve("bench/work"));
        Site site = new Site(
                root,
                Files.createDirectories(work.resolve("run")),
                Ports.freePort(),
                Ports.freePort(),
                System.getProperty("bench.proxy-core", ""),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                options.extras());
        try (Fleet fleet = new Fleet(site)) {
            if (options.profile()) {
                Profile.run(options, fleet, work);
                return;
            }
            fleet.start(options, Map.of());
            Bench bench = new Bench(options, fleet);
            Machine machine = new Machine(fleet);
            bench.measure(site);
            bench.remarks.add(0, machine.others());
            String report = new Report(options, bench.samples, site, bench.remarks).markdown();
            System.out.print(report);
            Files.writeString(work.resolve("results.md"), report);
        }
    }

    private void measure(Site site) throws IOException, InterruptedException {
        for (Wire wire : options.wires()) {
            for (Proxy proxy : fleet.proxies()) {
                int seconds = options.warmUpSeconds() / (wire == options.wires().get(0) ? 1 : 2);
                if (proxy.peer().warmsUp() && !warmUp(proxy, wire, seconds)) {
                    remarks.add(proxy.title() + ", " + wire.label() + ", had not settled after " + seconds + " s.");
                }
            }
            for (int round = 0; round < options.rounds(); round++) {
                for (Proxy proxy : inTurn(round)) {
                    closedLoop(proxy, wire);
                }
            }
        }
        for (Wire wire : options.latencyWires()) {
            SteadyRate.run(fleet.client(), Wire.H1, site.stable(), options.rate(), STEADY_SECONDS);
            for (int round = 0; round < Math.min(STEADY_ROUNDS, (options.rounds() + 1) / 2); round++) {
                steady(site, wire, round);
            }
        }
        for (Proxy proxy : fleet.proxies()) {
            add(
                    proxy,
                    options.wires().get(0),
                    Measure.RESIDENT_MIB,
                    proxy.process().residentKiB() / 1024.0);
        }
    }

    /** Each round starts with another proxy, so that none is always first. */
    private List<Proxy> inTurn(int round) {
        List<Proxy> order = new ArrayList<>(fleet.proxies());
        Collections.rotate(order, -round);
        return order;
    }

    /** Loads a JVM until its cost no longer falls; false when the time was too short for that. */
    static boolean warmUp(Proxy proxy, Wire wire, int seconds) throws IOException, InterruptedException {
        double last = Double.MAX_VALUE;
        long requests = 0;
        for (int slice = 1; slice * SLICE_SECONDS <= seconds; slice++) {
            ClosedLoop.Turn turn = ClosedLoop.run(proxy, wire, SLICE_SECONDS);
            double cpu = turn.cpuMicros();
            requests += turn.requests();
            proxy.emptyLog();
            System.err.printf(Locale.ROOT, "warm-up: %s, %s: %.1f us%n", proxy.title(), wire.label(), cpu);
            if (requests >= WARM_REQUESTS && Math.abs(last - cpu) < SETTLED * cpu) {
                return true;
            }
            last = cpu;
        }
        return false;
    }

    private void closedLoop(Proxy proxy, Wire wire) throws IOException, InterruptedException {
        ClosedLoop.Turn turn = ClosedLoop.run(proxy, wire, options.seconds());
        proxy.emptyLog();
        add(proxy, wire, Measure.PER_SECOND, turn.perSecond());
        add(proxy, wire, Measure.CPU_MICROS, turn.cpuMicros());
        System.err.printf(
                Locale.ROOT,
                "%s, %s: %.1f us, %.0f/s%n",
                proxy.title(),
                wire.label(),
                turn.cpuMicros(),
                turn.perSecond());
    }

    private void steady(Site site, Wire wire, int round) throws IOException, InterruptedException {
        if (wire == Wire.H1) {
            long[] direct = SteadyRate.run(fleet.client(), wire, site.stable(), options.rate(), STEADY_SECONDS);
            for (Scenario scenario : options.scenarios()) {
                samples.add(
                        new Figure(Report.NO_PROXY, scenario, wire, Measure.P50_MICROS), SteadyRate.at(direct, 0.5));
                samples.add(
                        new Figure(Report.NO_PROXY, scenario, wire, Measure.P99_MICROS), SteadyRate.at(direct, 0.99));
            }
        }
        for (Proxy proxy : inTurn(round)) {
            try {
                steady(proxy, wire);
            } catch (SteadyRate.TooSlow e) {
                remarks.add(
                        proxy.title() + ", " + wire.label() + ", at " + options.rate() + "/s: " + e.getMessage() + ".");
            }
            proxy.emptyLog();
        }
    }

    private void steady(Proxy proxy, Wire wire) throws IOException, InterruptedException {
        SteadyRate.Latency latency = SteadyRate.run(fleet.client(), proxy, wire, options.rate(), STEADY_SECONDS);
        add(proxy, wire, Measure.P50_MICROS, latency.p50());
        add(proxy, wire, Measure.P99_MICROS, latency.p99());
        add(proxy, wire, Measure.STEADY_CPU_MICROS, latency.cpuMicros());
        System.err.printf(
                Locale.ROOT,
                "%s, %s, %d/s: p50 %.0f us, p99 %.0f us, CPU %.1f us%n",
                proxy.title(),
                wire.label(),
                options.rate(),
                latency.p50(),
                latency.p99(),
                latency.cpuMicros());
    }

    private void add(Proxy proxy, Wire wire, Measure measure, double value) {
        samples.add(new Figure(proxy.name(), proxy.scenario(), wire, measure), value);
    }
}
