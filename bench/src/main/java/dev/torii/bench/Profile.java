package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code ./torii bench --profile}: Torii alone in the full scenario; Flight Recorder for Java methods and allocations,
 * and {@code perf}, where it is installed, for the whole picture with the kernel's share.
 */
final class Profile {

    private static final int SECONDS = 30;
    /** The first runtime that can sample by CPU time, also below native calls. */
    private static final int CPU_TIME_SAMPLES = 25;
    /** So that perf can walk Java stacks, and so that inlined methods are named. */
    private static final String JVM_OPTIONS =
            "-XX:+PreserveFramePointer -XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints";

    private Profile() {}

    static void run(Options options, Fleet fleet, Path work) throws Exception {
        Options torii = new Options(
                true,
                1,
                SECONDS,
                options.warmUpSeconds(),
                options.rate(),
                options.extras(),
                List.of("torii"),
                options.scenarios(),
                options.wires(),
                List.of());
        fleet.start(torii, Map.of("TORII_OPTS", JVM_OPTIONS));
        Proxy proxy = fleet.proxies().get(fleet.proxies().size() - 1);
        Wire wire = options.wires().get(0);
        if (!Bench.warmUp(proxy, wire, options.warmUpSeconds())) {
            System.out.println("It had not settled after " + options.warmUpSeconds() + " s of warm-up.");
        }
        String pid = Long.toString(proxy.process().javaPid());
        flightRecorder(proxy, wire, pid, work.resolve("profile.jfr"));
        perf(proxy, wire, pid, work.resolve("profile.perf"));
    }

    private static void flightRecorder(Proxy proxy, Wire wire, String pid, Path file)
            throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        List<String> start = new ArrayList<>(List.of(
                jcmd,
                pid,
                "JFR.start",
                "name=bench",
                "settings=profile",
                "jdk.ObjectAllocationSample#throttle=2000/s"));
        if (Runtime.version().feature() >= CPU_TIME_SAMPLES) {
            start.addAll(List.of(
                    "jdk.CPUTimeSample#enabled=true",
                    "jdk.CPUTimeSample#throttle=1ms",
                    "jdk.ExecutionSample#enabled=false",
                    "jdk.NativeMethodSample#enabled=false"));
        }
        Tool.run(start);
        ClosedLoop.Turn turn = ClosedLoop.run(proxy, wire, SECONDS);
        Path dump = proxy.log().resolveSibling("profile.jfr");
        Tool.run(List.of(jcmd, pid, "JFR.stop", "name=bench", "filename=" + dump));
        proxy.emptyLog();
        Files.copy(dump, file, StandardCopyOption.REPLACE_EXISTING);
        System.out.printf(
                Locale.ROOT,
                "%s, %s: %.1f us of CPU a request under the recorder%n",
                proxy.title(),
                wire.label(),
                turn.cpuMicros());
        System.out.println(Recording.read(file).text(turn.requests(), turn.cpuMicros()));
    }

    private static void perf(Proxy proxy, Wire wire, String pid, Path file) throws IOException, InterruptedException {
        if (Tool.missing("perf")) {
            System.out.println("perf is not installed (apt-get install linux-perf): no kernel's share");
            return;
        }
        Process recorder = new ProcessBuilder(
                        "perf",
                        "record",
                        "-q",
                        "-F",
                        "499",
                        "-g",
                        "-e",
                        "cpu-clock",
                        "-p",
                        pid,
                        "-o",
                        file.toString(),
                        "--",
                        "sleep",
                        Integer.toString(SECONDS))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        ClosedLoop.run(proxy, wire, SECONDS);
        recorder.waitFor();
        proxy.emptyLog();
        Tool.run(List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), pid, "Compiler.perfmap"));
        System.out.println("By object:");
        System.out.println(report(file, "--no-children", "-g", "none", "--sort", "dso", "--percent-limit", "0.5"));
        System.out.println("By method, itself:");
        System.out.println(report(file, "--no-children", "-g", "none", "--sort", "symbol", "--percent-limit", "0.4"));
        System.out.println("By method, with what it calls:");
        System.out.println(report(file, "--children", "-g", "none", "--sort", "symbol", "--percent-limit", "1.5"));
    }

    private static String report(Path file, String... how) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("perf", "report", "--stdio", "-q", "-i", file.toString()));
        command.addAll(List.of(how));
        return Tool.run(command);
    }
}
