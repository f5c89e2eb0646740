package dev.torii.cli.stress;

import dev.torii.testkit.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * A {@link MoodyApp} and its sidecar as the launcher starts it, each a process that ends with this one. Its ports stay the
 * same when it is started again.
 */
final class Pod implements AutoCloseable {

    private static final Path LAUNCHER = Path.of("..", "torii").toAbsolutePath().normalize();
    private static final String JAVA = System.getProperty("java.home");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final HttpClient client;
    private final Path home;
    private final Path config;
    private final String name;
    private final String service;
    private final int threads;
    private final int app;
    private final int mood;
    private final int inbound;
    private final int outbound;
    private final int admin;
    private final List<Process> processes = new ArrayList<>();

    /**
     * Nothing is started yet.
     *
     * @param home where its processes write
     * @param config a file or folder of manifests
     * @param service in the namespace {@code default}
     * @param threads of the app
     * @param ports free ones, each another
     */
    Pod(HttpClient client, Path home, Path config, String name, String service, int threads, IntSupplier ports) {
        this.client = client;
        this.home = home;
        this.config = config;
        this.name = name;
        this.service = service;
        this.threads = threads;
        app = ports.getAsInt();
        mood = ports.getAsInt();
        inbound = ports.getAsInt();
        outbound = ports.getAsInt();
        admin = ports.getAsInt();
    }

    String name() {
        return name;
    }

    String service() {
        return service;
    }

    /** Where its sidecar takes what is for it. */
    int inbound() {
        return inbound;
    }

    /** Starts both; {@link #awaitReady} waits for them. By a thread that lives as long as they should. */
    void start() {
        try {
            processes.clear();
            processes.add(run(
                    "app",
                    List.of(
                            JAVA + "/bin/java",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx48m",
                            "-Dsun.net.httpserver.nodelay=true", // else each answer on a reused connection takes 40 ms
                            "-cp",
                            System.getProperty("java.class.path"),
                            MoodyApp.class.getName(),
                            "" + app,
                            "" + threads,
                            "" + mood,
                            "" + outbound)));
            processes.add(run(
                    "sidecar",
                    List.of(
                            LAUNCHER.toString(),
                            "sidecar",
                            "--config=" + config,
                            "--service=default/" + service,
                            "--app=" + app,
                            "--admin=127.0.0.1:" + admin,
                            "--inbound=127.0.0.1:" + inbound,
                            "--outbound=127.0.0.1:" + outbound)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process run(String part, List<String> command) throws IOException {
        List<String> all = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all);
        builder.environment().put("TORII_BUILD", "never");
        builder.environment().put("TORII_JAVA", JAVA);
        builder.redirectOutput(file(part, "out").toFile());
        builder.redirectError(file(part, "err").toFile());
        return builder.start();
    }

    private Path file(String part, String end) {
        return home.resolve(name + "-" + part + "." + end);
    }

    void awaitReady() {
        boolean ready = Await.until(
                PATIENCE,
                () -> processes.stream().anyMatch(process -> !process.isAlive())
                        || statusOf(admin, "/ready") == 200 && statusOf(mood, "/") == 200);
        if (!ready || processes.stream().anyMatch(process -> !process.isAlive())) {
            throw new AssertionError(name + " is not ready: " + said("app") + said("sidecar"));
        }
    }

    private String said(String part) {
        try {
            return Files.readString(file(part, "err"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What its sidecar has complained of. */
    String errors() {
        return said("sidecar");
    }

    private int statusOf(int port, String path) {
        try {
            return get(port, path).statusCode();
        } catch (UncheckedIOException notYet) {
            return 0;
        }
    }

    private HttpResponse<String> get(int port, String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.timeout(ANSWER).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void become(MoodyApp.Mood next) {
        send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mood + "/" + next))
                .POST(BodyPublishers.noBody()));
    }

    /** How many requests its app has had since it was started that said of themselves that they were repeats. */
    long repeats() {
        return Long.parseLong(get(mood, "/").body());
    }

    /** What its sidecar knows of a Service. */
    JsonObject cluster(String called) {
        return clusters().stream()
                .filter(cluster -> cluster.getString("service").equals("default/" + called))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + called + " in " + clusters()));
    }

    private List<JsonObject> clusters() {
        JsonArray all = new JsonObject(get(admin, "/clusters").body()).getJsonArray("clusters");
        return all.stream().map(JsonObject.class::cast).toList();
    }

    /** The sum of a metric of its sidecar over the series whose labels have all these in. */
    double metric(String metric, String... labels) {
        return get(admin, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Stops both where they are, as a machine does that has no time for them. */
    void freeze() {
        signal("-STOP");
    }

    void thaw() {
        signal("-CONT");
    }

    private void signal(String signal) {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        try {
            int code = new ProcessBuilder(command).start().waitFor();
            if (code != 0) {
                throw new IllegalStateException(command + ": " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Kills both, and waits until they have gone. */
    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        for (Process process : processes) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
