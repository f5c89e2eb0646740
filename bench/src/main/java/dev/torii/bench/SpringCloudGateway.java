package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Spring Cloud Gateway from {@code bench/scg}, on one event loop, with the collector that is cheapest on one core. */
final class SpringCloudGateway implements Peer {

    @Override
    public String name() {
        return "scg";
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public String version(Site site) throws IOException {
        try (Stream<Path> jars = Files.list(target(site).resolve("lib"))) {
            return "Spring Cloud Gateway "
                    + jars.map(jar -> jar.getFileName().toString())
                            .filter(name -> name.startsWith("spring-cloud-gateway-server-webflux-"))
                            .map(name -> name.replaceAll("spring-cloud-gateway-server-webflux-|\\.jar", ""))
                            .findFirst()
                            .orElse("?");
        }
    }

    @Override
    public Proxy start(Scenario scenario, Site site) throws IOException {
        Path folder = site.folder(name(), scenario);
        Ports ports = Ports.free().oneForClear();
        Path config = site.write(
                "scg-" + scenario.label() + ".yaml",
                folder,
                ports,
                Map.of(
                        "routes",
                        routes(site),
                        "log-headers",
                        site.when(Extra.LOG_HEADERS, ", log-headers: \"x-tenant-id,x-user\""),
                        "limit",
                        site.when(
                                Extra.RATE_LIMIT,
                                ", rate-limit: " + Site.RATE_LIMIT + ", rate-limit-header: x-tenant-id")));
        Path log = folder.resolve("access.log");
        List<String> command = new ArrayList<>(site.onProxyCore(site.java().toString()));
        command.addAll(List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx512m", "-Dreactor.netty.ioWorkerCount=1"));
        if (Runtime.version().feature() >= 24) {
            // What Netty needs on newer runtimes to use memory as it does on older ones.
            command.addAll(List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Dio.netty.noUnsafe=false"));
        }
        command.addAll(List.of(
                "-DACCESS_LOG=" + log,
                "-cp",
                target(site) + "/scg.jar:" + target(site) + "/lib/*",
                "dev.torii.bench.scg.Gateway",
                "--spring.config.location=" + config));
        Running process = Running.start(command, Map.of(), folder.resolve("out"), folder.resolve("errors"));
        return new Proxy(this, scenario, process, ports, log);
    }

    private static Path target(Site site) {
        return site.root().resolve("bench/scg/target");
    }

    private static String routes(Site site) {
        return IntStream.range(0, Traffic.ROUTES)
                .boxed()
                .flatMap(number -> Traffic.route(number).equals(Traffic.HIT)
                        ? Stream.of(
                                route(number + "-stable", site.stable(), number, ", \"Weight=split, 90\""),
                                route(number + "-canary", site.canary(), number, ", \"Weight=split, 10\""))
                        : Stream.of(route(number.toString(), site.stable(), number, "")))
                .collect(Collectors.joining("\n"));
    }

    private static String route(String id, int port, int number, String weight) {
        return "          - {id: r" + id + ", uri: \"http://127.0.0.1:" + port + "\", predicates: [\"Path="
                + Traffic.route(number) + "/**\", \"Host=" + Traffic.HOST + "\", \"Header=x-env, prod\"" + weight
                + "]}";
    }
}
