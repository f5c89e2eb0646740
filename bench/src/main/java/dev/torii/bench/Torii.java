package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Torii's gateway from this tree, by its own launcher, on one event loop. */
final class Torii implements Peer {

    private final Map<String, String> environment;

    /** @param environment beside the usual one, for a profile */
    Torii(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public String name() {
        return "torii";
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public String version(Site site) throws InterruptedException {
        try {
            String commit = Tool.run(List.of("git", "-C", site.root().toString(), "describe", "--always", "--dirty"));
            return "Torii " + commit.strip();
        } catch (IOException e) {
            return "Torii of this tree";
        }
    }

    @Override
    public Proxy start(Scenario scenario, Site site) throws IOException {
        Path launcher = site.root().resolve("torii");
        if (!Files.isExecutable(launcher)) {
            throw new IOException("no launcher at " + launcher + "; leave torii out with --peers");
        }
        Path folder = site.folder(name(), scenario);
        Ports ports = Ports.free().oneForClear();
        Path config = site.write(
                "torii-" + scenario.label() + ".yaml",
                // Alone in its folder, which Torii watches.
                Files.createDirectories(folder.resolve("config")),
                ports,
                Map.of(
                        "routes",
                        routes(),
                        "log-headers",
                        site.when(
                                Extra.LOG_HEADERS,
                                "accessLog: {requestHeaders: [{name: x-tenant-id}, {name: x-user}]}"),
                        "limit",
                        site.when(
                                Extra.RATE_LIMIT,
                                Site.fill(
                                        "torii-rate-limit.yaml", Map.of("limit", Integer.toString(Site.RATE_LIMIT))))));
        Path log = folder.resolve("access.log");
        Running process = Running.start(
                site.onProxyCore(
                        launcher.toString(),
                        "gateway",
                        "--config",
                        config.toString(),
                        "--admin",
                        "127.0.0.1:" + Ports.freePort(),
                        "--bind",
                        "127.0.0.1",
                        "--event-loops",
                        "1"),
                environment,
                log,
                folder.resolve("errors"));
        return new Proxy(this, scenario, process, ports, log);
    }

    private static String routes() {
        return IntStream.range(0, Traffic.ROUTES).mapToObj(Torii::route).collect(Collectors.joining());
    }

    private static String route(int number) {
        String path = Traffic.route(number);
        String backends = path.equals(Traffic.HIT)
                ? "[{name: stable, port: 80, weight: 90}, {name: canary, port: 80, weight: 10}]"
                : "[{name: stable, port: 80}]";
        return Site.fill(
                "torii-route.yaml",
                Map.of("number", Integer.toString(number), "host", Traffic.HOST, "path", path, "backends", backends));
    }
}
