package dev.torii.console;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The admin port of a proxy of the sample shop: counts and logs the requests that it is told of, with the pages of a real
 * one. Can be not ready, and can speak nonsense.
 */
public final class FakeProxy {

    private static final double[] BOUNDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, Double.POSITIVE_INFINITY};

    private final String service;
    private final HttpServer server;
    private final Map<String, long[]> series = new LinkedHashMap<>();
    private final Set<HttpServerResponse> logReaders = ConcurrentHashMap.newKeySet();
    private final Map<String, String> instead = new ConcurrentHashMap<>();
    private volatile boolean ready = true;
    private volatile String snapshot = "5f3a9c21";
    private volatile String breaker = "closed";

    /** @param service its own, {@code gateway} for the gateway */
    public FakeProxy(Vertx vertx, String service) {
        this.service = service;
        this.server = SampleMesh.await(
                vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"));
    }

    public String service() {
        return service;
    }

    public int port() {
        return server.actualPort();
    }

    public String address() {
        return "127.0.0.1:" + port();
    }

    public void ready(boolean now) {
        ready = now;
    }

    /** Serves another configuration from now on. */
    public void snapshot(String version) {
        snapshot = version;
    }

    /** Of its first backend: closed, half_open or open. */
    public void breaker(String state) {
        breaker = state;
    }

    /** Answers a page with something else. */
    public void instead(String path, String text) {
        instead.put(path, text);
    }

    public void close() {
        SampleMesh.await(server.close());
    }

    public boolean isLogRead() {
        return !logReaders.isEmpty();
    }

    /** Somebody's request went through it. */
    public void served(Span span, String orderId) {
        Map<String, String> is = new LinkedHashMap<>();
        span.getAttributesList().forEach(pair -> is.put(pair.getKey(), text(pair)));
        long nanos = span.getEndTimeUnixNano() - span.getStartTimeUnixNano();
        count(is, nanos);
        JsonObject line = new JsonObject()
                .put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("request_id", is.get("torii.request_id"))
                .put("trace_id", SampleTraces.hex(span.getTraceId()))
                .put("role", is.get("torii.role"))
                .put("method", "GET")
                .put("path", is.get("url.path"))
                .put("status", Integer.valueOf(is.get("http.response.status_code")))
                .put("duration_ms", nanos / 1_000 / 1e3)
                .put("route", is.getOrDefault("torii.route", ""))
                .put("service", is.get("torii.service"))
                .put("headers", new JsonObject().put("x-order-id", orderId));
        if (is.containsKey("torii.flags")) {
            line.put("flags", is.get("torii.flags")).put("reason", is.get("torii.reason"));
        }
        log(line.encode());
    }

    /** Writes a line to whoever reads the log. */
    public void log(String line) {
        logReaders.forEach(reader -> reader.write(line + "\n"));
    }

    private static String text(KeyValue pair) {
        AnyValue value = pair.getValue();
        return value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue();
    }

    private synchronized void count(Map<String, String> is, long nanos) {
        String labels = "http_response_status_code=\"" + is.get("http.response.status_code") + "\",http_route=\""
                + is.getOrDefault("torii.route", "") + "\",torii_flag=\"" + is.getOrDefault("torii.flags", "")
                + "\",torii_role=\"" + is.get("torii.role") + "\",torii_service=\"" + is.get("torii.service") + "\"";
        long[] counts = series.computeIfAbsent(labels, l -> new long[BOUNDS.length]);
        for (int i = 0; i < BOUNDS.length; i++) {
            counts[i] += nanos / 1e9 <= BOUNDS[i] ? 1 : 0;
        }
    }

    private void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        String path = request.path();
        if (instead.containsKey(path)) {
            response.end(instead.get(path));
            return;
        }
        switch (path) {
            case "/ready" -> response.setStatusCode(ready ? 200 : 503).end(ready ? "ready\n" : "not ready: draining\n");
            case "/metrics" -> response.end(metrics());
            case "/snapshot" -> response.end(snapshotPage().encodePrettily());
            case "/clusters" -> response.end(clustersPage().encodePrettily());
            case "/log" -> {
                response.setChunked(true).putHeader("content-type", "application/x-ndjson");
                response.closeHandler(v -> logReaders.remove(response));
                response.writeHead().onSuccess(v -> logReaders.add(response));
            }
            default -> response.setStatusCode(404).end();
        }
    }

    private synchronized String metrics() {
        boolean gateway = service.equals("gateway");
        StringBuilder page = new StringBuilder("# HELP torii_proxy_info What this proxy is.\n"
                + "# TYPE torii_proxy_info gauge\n"
                + "torii_proxy_info{torii_role=\"" + (gateway ? "gateway" : "sidecar") + "\",torii_service=\""
                + (gateway ? "" : "default/" + service) + "\",version=\"0.1.0\"} 1\n"
                + "torii_snapshot_info{version=\"" + snapshot + "\"} 1.0\n"
                + "torii_snapshot_age_seconds 12.5\n"
                + "torii_config_findings{severity=\"error\"} 0.0\n"
                + "torii_config_findings{severity=\"warning\"} 2.0\n"
                + "# TYPE http_server_request_duration_seconds histogram\n");
        series.forEach((labels, counts) -> {
            for (int i = 0; i < BOUNDS.length; i++) {
                String le = Double.isInfinite(BOUNDS[i]) ? "+Inf" : Double.toString(BOUNDS[i]);
                page.append("http_server_request_duration_seconds_bucket{" + labels + ",le=\"" + le + "\"} " + counts[i]
                        + "\n");
            }
            page.append(
                    "http_server_request_duration_seconds_count{" + labels + "} " + counts[BOUNDS.length - 1] + "\n");
        });
        return page.toString();
    }

    private JsonObject snapshotPage() {
        List<String> callees = service.equals("gateway") ? List.of("web") : SampleTraces.callees(service);
        JsonArray clusters = new JsonArray();
        callees.forEach(to -> clusters.add(new JsonObject().put("key", key(to)).put("service", "default/" + to)));
        JsonArray ports = new JsonArray();
        JsonArray destinations = new JsonArray();
        for (String to : callees) {
            JsonObject listener = new JsonObject().put("name", "http").put("hostname", "*");
            if (service.equals("gateway")) {
                ports.add(new JsonObject()
                        .put("number", 8080)
                        .put(
                                "listeners",
                                new JsonArray().add(listener.put("routes", new JsonArray().add(rule("shop", to))))));
            } else {
                destinations.add(new JsonObject()
                        .put("name", to)
                        .put("listener", listener.put("routes", new JsonArray().add(rule(to, to)))));
            }
        }
        return new JsonObject()
                .put("version", snapshot)
                .put("ports", ports)
                .put("clusters", clusters)
                .put("mesh", new JsonObject().put("destinations", destinations));
    }

    private static JsonObject rule(String route, String to) {
        JsonObject path = new JsonObject().put("kind", "prefix").put("value", "/");
        return new JsonObject()
                .put("name", "default/" + route + "/0")
                .put("hostnames", new JsonArray().add(route + ".example"))
                .put("matches", new JsonArray().add(new JsonObject().put("path", path)))
                .put(
                        "backends",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("weight", 1)
                                        .put("target", new JsonObject().put("key", key(to)))));
    }

    private JsonObject clustersPage() {
        JsonArray clusters = new JsonArray();
        for (String to : service.equals("gateway") ? List.of("web") : SampleTraces.callees(service)) {
            JsonObject endpoint = new JsonObject()
                    .put("address", "127.0.0.1:9001")
                    .put("health", breaker.equals("open") ? "ejected" : "healthy")
                    .put("breaker", "none")
                    .put("connections", 2)
                    .put("requests", 3);
            clusters.add(new JsonObject()
                    .put("key", key(to))
                    .put("service", "default/" + to)
                    .put("requests", new JsonObject().put("current", 3).put("limit", 200))
                    .put("queue", new JsonObject().put("current", 0).putNull("limit"))
                    .put("breaker", breaker)
                    .put("endpoints", new JsonArray().add(endpoint)));
        }
        JsonArray limits = service.equals("gateway") ? new JsonArray().add(perTenant()) : new JsonArray();
        return new JsonObject().put("clusters", clusters).put("limits", limits);
    }

    private static JsonObject perTenant() {
        return new JsonObject()
                .put("id", "default/fair-use/per-tenant@HTTPRoute/default/shop")
                .put("name", "per-tenant")
                .put("requests", 100)
                .put("per_ms", 1000)
                .put("burst", 20)
                .put("key", "header x-tenant")
                .put("scope", "local")
                .put("shadow", false)
                .put("keys", new JsonObject().put("current", 7).put("limit", 16_384))
                .put("crowded", 0)
                .put(
                        "decisions",
                        new JsonObject()
                                .put("allowed", 5_000)
                                .put("refused", 12)
                                .put("shadow", 0)
                                .put("error", 0));
    }

    private static String key(String to) {
        return "default/" + to + ":80";
    }
}
