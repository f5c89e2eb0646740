package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** HAProxy with one thread. Its routes are a map file, the way its manual tells to keep many. */
final class Haproxy implements Peer {

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public String version(Site site) throws IOException, InterruptedException {
        return "HAProxy " + Tool.run(List.of("haproxy", "-v")).split(" ", -1)[2];
    }

    @Override
    public Proxy start(Scenario scenario, Site site) throws IOException {
        Path folder = site.folder(name(), scenario);
        Ports ports = Ports.free().oneForClear();
        Path map = Files.writeString(folder.resolve("routes.map"), routes());
        Path config = site.write(
                "haproxy-" + scenario.label() + ".cfg",
                folder,
                ports,
                Map.of(
                        "map",
                        map.toString(),
                        "log-headers",
                        site.when(
                                Extra.LOG_HEADERS,
                                ",\"headers\":{\"x-tenant-id\":\"%[capture.req.hdr(2),json(utf8s)]\","
                                        + "\"x-user\":\"%[capture.req.hdr(3),json(utf8s)]\"}"),
                        "capture",
                        site.when(
                                Extra.LOG_HEADERS,
                                "http-request capture req.hdr(x-tenant-id) len 64\n"
                                        + "  http-request capture req.hdr(x-user) len 64"),
                        "limit",
                        site.when(
                                Extra.RATE_LIMIT,
                                "http-request track-sc0 req.hdr(x-tenant-id) table tenants\n"
                                        + "  http-request deny deny_status 429 if { sc_http_req_rate(0) gt "
                                        + Site.RATE_LIMIT + " }"),
                        "limit-table",
                        site.when(
                                Extra.RATE_LIMIT,
                                "backend tenants\n"
                                        + "  stick-table type string len 64 size 100k expire 10s store http_req_rate(1s)")));
        Path log = folder.resolve("access.log");
        Running process = Running.start(
                site.onProxyCore("haproxy", "-db", "-f", config.toString()), Map.of(), log, folder.resolve("errors"));
        return new Proxy(this, scenario, process, ports, log);
    }

    private static String routes() {
        return IntStream.range(0, Traffic.ROUTES)
                .mapToObj(Traffic::route)
                .map(path -> path + "/ " + (path.equals(Traffic.HIT) ? "split" : "stable"))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
