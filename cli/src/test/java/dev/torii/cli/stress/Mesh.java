package dev.torii.cli.stress;

import dev.torii.testkit.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Pods that find each other by one file of manifests, and flows of calls into them. Not for several threads. */
final class Mesh implements AutoCloseable {

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "calls");
        thread.setDaemon(true);
        return thread;
    });
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private final Path home;
    private final Path config;
    private final Set<Integer> ports = new HashSet<>();
    private final List<Pod> pods = new ArrayList<>();
    private final List<Flow> flows = new ArrayList<>();

    /** @param home where its files are put */
    Mesh(Path home) throws IOException {
        this.home = Files.createDirectories(home);
        config = home.resolve("mesh.yaml");
    }

    /** Nothing is started yet. */
    Pod pod(String name, String service, int appThreads) {
        Pod pod = new Pod(client, home, config, name, service, appThreads, this::port);
        pods.add(pod);
        return pod;
    }

    /** Among so many that are looked for before one is taken, two would be the same now and then. */
    private int port() {
        int port = FreePort.find();
        while (!ports.add(port)) {
            port = FreePort.find();
        }
        return port;
    }

    /** Starts all pods; in the manifests {@code @NAME@} is the port of the pod with this name. */
    void start(String manifests) throws IOException {
        String filled = manifests;
        for (Pod pod : pods) {
            filled = filled.replace("@" + pod.name() + "@", Integer.toString(pod.inbound()));
        }
        Files.writeString(config, filled);
        pods.forEach(Pod::start);
        pods.forEach(Pod::awaitReady);
    }

    /** Begins to ask this pod for this path. */
    Flow flow(Pod pod, String path, int perSecond) {
        Flow flow = new Flow(path, client, URI.create("http://127.0.0.1:" + pod.inbound() + path), perSecond);
        flows.add(flow);
        return flow;
    }

    List<Pod> pods() {
        return pods;
    }

    static String resource(String name) throws IOException {
        try (InputStream text = Objects.requireNonNull(Mesh.class.getResourceAsStream("/stress/" + name))) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        flows.forEach(Flow::close);
        pods.forEach(Pod::close);
        threads.shutdownNow();
    }
}
