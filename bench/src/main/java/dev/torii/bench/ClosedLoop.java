package dev.torii.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As many requests as 64 clients can wait for: wrk for HTTP/1.1, h2load for HTTP/2. */
final class ClosedLoop {

    private static final Pattern WRK = Pattern.compile("(\\d+) requests in ");
    private static final Pattern WRK_ERROR = Pattern.compile("(Non-2xx or 3xx responses: \\d+|Socket errors: .*)");
    private static final Pattern RATE = Pattern.compile("Requests/sec: +([\\d.]+)|, ([\\d.]+) req/s");
    private static final Pattern H2LOAD = Pattern.compile("(\\d+) done, (\\d+) succeeded, (\\d+) failed");
    private static final Pattern H2LOAD_STATUS =
            Pattern.compile("status codes: (\\d+) 2xx, (\\d+) 3xx, (\\d+) 4xx, (\\d+) 5xx");

    private ClosedLoop() {}

    /**
     * One turn.
     *
     * @param requests answered well
     * @param perSecond requests a second
     * @param cpuMicros of the proxy, user and system, for each request
     */
    record Turn(long requests, double perSecond, double cpuMicros) {}

    /** Loads a proxy for some seconds. Throws when any request failed: errors are cheap and must not count. */
    static Turn run(Proxy proxy, Wire wire, int seconds) throws IOException, InterruptedException {
        List<String> command = command(wire, wire.port(proxy.ports()), seconds);
        long cpu = proxy.process().cpuMicros();
        String output = Tool.run(command);
        cpu = proxy.process().cpuMicros() - cpu;
        long requests = wire.http2() ? h2load(proxy, output) : wrk(proxy, output);
        Matcher rate = RATE.matcher(output);
        if (!rate.find()) {
            throw new IOException(command.get(0) + " told no rate: " + output.strip());
        }
        String perSecond = rate.group(1) == null ? rate.group(2) : rate.group(1);
        return new Turn(requests, Double.parseDouble(perSecond), (double) cpu / requests);
    }

    private static List<String> command(Wire wire, int port, int seconds) {
        String url = (wire.tls() ? "https" : "http") + "://127.0.0.1:" + port + Traffic.PATH;
        List<String> command = new ArrayList<>(
                wire.http2()
                        ? List.of(
                                "h2load",
                                "-t1",
                                "-c8",
                                "-m8",
                                "-D",
                                Integer.toString(seconds),
                                "-H",
                                ":authority: " + Traffic.HOST)
                        : List.of(
                                "wrk",
                                "-t1",
                                "-c64",
                                "--timeout",
                                "20s",
                                "-d" + seconds + "s",
                                "-H",
                                "Host: " + Traffic.HOST));
        Traffic.HEADERS.forEach((name, value) -> command.addAll(List.of("-H", name + ": " + value)));
        command.add(url);
        return command;
    }

    private static long wrk(Proxy proxy, String output) throws IOException {
        Matcher error = WRK_ERROR.matcher(output);
        if (error.find()) {
            throw new IOException(proxy.title() + " failed under load: " + error.group(1));
        }
        Matcher total = WRK.matcher(output);
        return positive(proxy, total.find() ? Long.parseLong(total.group(1)) : 0, output);
    }

    private static long h2load(Proxy proxy, String output) throws IOException {
        Matcher total = H2LOAD.matcher(output);
        Matcher status = H2LOAD_STATUS.matcher(output);
        if (!total.find()
                || !status.find()
                || !total.group(3).equals("0")
                || !status.group(3).equals("0")
                || !status.group(4).equals("0")) {
            throw new IOException(proxy.title() + " failed under load: " + output.strip());
        }
        return positive(proxy, Long.parseLong(total.group(2)), output);
    }

    private static long positive(Proxy proxy, long requests, String output) throws IOException {
        if (requests == 0) {
            throw new IOException(proxy.title() + " answered nothing: " + output.strip());
        }
        return requests;
    }
}
