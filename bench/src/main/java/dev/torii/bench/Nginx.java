package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** nginx with one worker process. */
final class Nginx implements Peer {

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public String version(Site site) throws IOException, InterruptedException {
        return Tool.run(List.of("nginx", "-v")).strip().replace("nginx version: nginx/", "nginx ");
    }

    @Override
    public Proxy start(Scenario scenario, Site site) throws IOException {
        Path folder = site.folder(name(), scenario);
        Files.createDirectories(folder.resolve("tmp"));
        Ports ports = Ports.free();
        String resource = "nginx-" + scenario.label() + ".conf";
        Path config = site.write(
                resource,
                folder,
                ports,
                Map.of(
                        "routes",
                        routes(),
                        "log-headers",
                        site.when(
                                Extra.LOG_HEADERS,
                                ",\"headers\":{\"x-tenant-id\":\"$http_x_tenant_id\",\"x-user\":\"$http_x_user\"}"),
                        "limit-zone",
                        site.when(
                                Extra.RATE_LIMIT,
                                "limit_req_zone $http_x_tenant_id zone=tenants:10m rate=" + Site.RATE_LIMIT + "r/s;"),
                        "limit",
                        site.when(
                                Extra.RATE_LIMIT,
                                "limit_req zone=tenants burst=10000 nodelay; limit_req_status 429;")));
        Running process = Running.start(
                site.onProxyCore("nginx", "-p", folder.toString(), "-c", config.toString()),
                Map.of(),
                folder.resolve("out"),
                folder.resolve("errors"));
        return new Proxy(this, scenario, process, ports, folder.resolve("access.log"));
    }

    private static String routes() {
        return IntStream.range(0, Traffic.ROUTES)
                .mapToObj(Traffic::route)
                .map(path -> "location " + path + "/ { if ($http_x_env != prod) { return 404; } proxy_pass http://"
                        + (path.equals(Traffic.HIT) ? "split" : "stable") + "; }")
                .collect(Collectors.joining("\n    "));
    }
}
