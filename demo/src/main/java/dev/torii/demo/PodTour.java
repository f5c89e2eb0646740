package dev.torii.demo;

import static dev.torii.demo.Checks.require;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tries what only pods with a network of their own have: {@link Namespaces}. */
final class PodTour {

    private final LogTail log;

    PodTour(LogTail log) {
        this.log = log;
    }

    void run(Checks checks) {
        checks.check("apps unaware", PodTour::appsUnaware);
        checks.check("ordinary users", PodTour::ordinaryUsers);
        checks.check("service name", this::serviceName);
        checks.check("pod address", this::podAddress);
    }

    private static String appsUnaware() {
        List<ProcessHandle> apps = processes(Shop.class.getName());
        require(apps.size() == Pod.ALL.size(), apps.size() + " services run");
        for (ProcessHandle app : apps) {
            String command = app.info().commandLine().orElse("");
            require(!command.contains("proxy"), "a service is told of a proxy: " + command);
        }
        return "the services have no setting of a proxy: the kernel brings their calls to the sidecars";
    }

    private static String ordinaryUsers() throws IOException {
        List<ProcessHandle> sidecars = processes("--service");
        require(sidecars.size() == Pod.ALL.size(), sidecars.size() + " sidecars run");
        for (ProcessHandle sidecar : sidecars) {
            // This user has no name, and ProcessHandle knows only names.
            Object user = Files.getAttribute(Path.of("/proc", String.valueOf(sidecar.pid())), "unix:uid");
            require(Namespaces.USER.equals(user.toString()), "a sidecar runs as user " + user);
        }
        return "the sidecars run as user " + Namespaces.USER;
    }

    /** The JVMs below this one with a word on their command lines. */
    private static List<ProcessHandle> processes(String word) {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .filter(process -> process.info().commandLine().orElse("").contains(word))
                .toList();
    }

    private String serviceName() throws IOException {
        String id = "tour-curl-" + System.nanoTime();
        String version = version("http://reviews/api/reviews", id);
        require(version.equals("v2"), "a tester in the pod got " + version);
        require(
                log.has(line -> line.startsWith("reviews-v2: {") && line.contains(id), Duration.ofSeconds(5)),
                "no log line of reviews-v2 carries " + id);
        return "curl in web's pod asks http://reviews, and x-preview: v2 reaches v2";
    }

    private String podAddress() throws IOException {
        String v1 = Namespaces.address(Pod.ALL.get(3));
        String version = version("http://" + v1 + "/api/reviews", "tour-pod");
        require(version.equals("v1"), "who answers at " + v1 + " is " + version);
        require(
                log.has(
                        line -> line.startsWith("web: {")
                                && line.contains("\"role\":\"outbound\"")
                                && line.contains("\"protocol\":\"TCP\"")
                                && line.contains("\"endpoint\":\"" + v1 + "\""),
                        Duration.ofSeconds(5)),
                "web's sidecar did not write down that something passed to " + v1);
        return "a call to " + v1 + " passes through untouched, x-preview or not";
    }

    /** Which version of reviews answers a tester who calls from the pod of web, by a program that knows nothing of a mesh. */
    private static String version(String url, String id) throws IOException {
        List<String> curl = new ArrayList<>(List.of("curl", "-sS", "--noproxy", "*", "--max-time", "10", url));
        curl.addAll(List.of("-H", "x-preview: v2", "-H", "x-request-id: " + id));
        Process process = new ProcessBuilder(Namespaces.in("web", curl))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return new JsonObject(answer).getString("version", answer);
        } catch (DecodeException e) {
            throw new AssertionError(url + " answered " + answer, e);
        }
    }
}
