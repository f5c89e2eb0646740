package dev.torii.demo;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All pods on this machine's loopback address, told apart by their ports, which an ordinary user may open. A service finds
 * its sidecar as an HTTP proxy.
 */
final class Loopback implements Site {

    private static final String HOST = "127.0.0.1";

    private final Path home;

    /** @param home the source tree, with the launcher in it */
    Loopback(Path home) {
        this.home = home;
    }

    /** Where the service itself listens. None but its sidecar asks it there. */
    private static int app(int pod) {
        return 9000 + pod;
    }

    /** Where the sidecar takes what others ask of the service: the endpoints in {@code src/demo/services.yaml}. */
    private static int inbound(int pod) {
        return 9100 + pod;
    }

    /** Where the sidecar takes what the service asks of others, as an HTTP proxy. */
    private static int outbound(int pod) {
        return 9200 + pod;
    }

    private static int admin(int pod) {
        return 9300 + pod;
    }

    @Override
    public List<String> maker() {
        return List.of();
    }

    @Override
    public Map<Integer, String> ports() {
        Map<Integer, String> ports = new HashMap<>();
        for (Pod pod : Pod.ALL) {
            String sidecar = "the sidecar of " + pod.service();
            ports.put(app(pod.number()), "the service " + pod.service());
            ports.put(inbound(pod.number()), sidecar);
            ports.put(outbound(pod.number()), sidecar);
            ports.put(admin(pod.number()), sidecar);
        }
        return ports;
    }

    @Override
    public List<String> config(Path folder) {
        return List.of(folder.toString());
    }

    /** What the service has of the mesh is Java's ordinary setting of an HTTP proxy. */
    @Override
    public List<String> app(Pod pod) {
        return pod.app(
                HOST, app(pod.number()), "-Dhttp.proxyHost=" + HOST, "-Dhttp.proxyPort=" + outbound(pod.number()));
    }

    @Override
    public List<String> sidecar(Pod pod, Path folder) {
        return List.of(
                home.resolve("torii").toString(),
                "sidecar",
                "--config",
                folder.toString(),
                "--service",
                "default/" + pod.service(),
                "--app",
                String.valueOf(app(pod.number())),
                "--inbound",
                inbound(pod),
                "--outbound",
                HOST + ":" + outbound(pod.number()),
                "--admin",
                admin(pod));
    }

    @Override
    public String inbound(Pod pod) {
        return HOST + ":" + inbound(pod.number());
    }

    @Override
    public String admin(Pod pod) {
        return HOST + ":" + admin(pod.number());
    }

    @Override
    public String machine() {
        return HOST;
    }

    @Override
    public String toTry() {
        return """
                  curl localhost:9301/metrics                               # of web's sidecar; catalog's has 9302, ...
                """;
    }

    @Override
    public void tour(Checks checks, LogTail log) {
        // All that this place has is on the tour of every place.
    }
}
