package dev.torii.console.mesh;

import dev.torii.console.mesh.Traffic.Flow;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The routes that proxies serve, each once, with what goes to each of its backends. Read from their {@code /snapshot}
 * pages.
 */
final class Routes {

    private final Map<String, Served> byName = new TreeMap<>();

    private static final class Served {
        private final Set<String> hosts = new LinkedHashSet<>();
        private final Set<String> matches = new LinkedHashSet<>();
        private final Map<String, Integer> weights = new LinkedHashMap<>();
        private final Map<String, Flow> flows = new HashMap<>();
        private final Set<String> proxies = new LinkedHashSet<>();
    }

    private record RouteAndService(String route, String service) {}

    /** Adds what one proxy serves, and what went through it. */
    void add(Proxy proxy, int seconds, long nowNanos) {
        add(proxy.address(), proxy.snapshot());
        proxy.traffic()
                .flows(seconds, nowNanos, key -> new RouteAndService(key.route(), key.service()))
                .forEach((which, flow) -> {
                    Served served = byName.get(which.route());
                    if (served != null) {
                        served.flows.merge(which.service(), flow, Flow::plus);
                    }
                });
    }

    /**
     * Adds what one proxy serves.
     *
     * @throws ClassCastException when it is no such page
     */
    void add(String proxy, JsonObject snapshot) {
        Map<String, String> services = new HashMap<>();
        objects(snapshot, "clusters").forEach(c -> services.put(c.getString("key", ""), c.getString("service", "")));
        JsonObject mesh = snapshot.getJsonObject("mesh", new JsonObject());
        Stream.concat(
                        objects(snapshot, "ports").flatMap(port -> objects(port, "listeners")),
                        objects(mesh, "destinations").map(d -> d.getJsonObject("listener", new JsonObject())))
                .forEach(listener -> addListener(proxy, listener, services));
    }

    private void addListener(String proxy, JsonObject listener, Map<String, String> services) {
        objects(listener, "routes").forEach(rule -> add(proxy, listener, rule, "hostnames", services));
        objects(listener, "streams").forEach(rule -> add(proxy, listener, rule, "serverNames", services));
    }

    private void add(String proxy, JsonObject listener, JsonObject rule, String hosts, Map<String, String> services) {
        Served served = byName.computeIfAbsent(rule.getString("name", ""), name -> new Served());
        JsonArray names = rule.getJsonArray(hosts, new JsonArray());
        names.forEach(host -> served.hosts.add(String.valueOf(host)));
        if (names.isEmpty()) {
            served.hosts.add(listener.getString("hostname", "*"));
        }
        objects(rule, "matches").forEach(match -> served.matches.add(words(match)));
        if (served.proxies.isEmpty()) {
            objects(rule, "backends").forEach(backend -> {
                JsonObject target = backend.getJsonObject("target", new JsonObject());
                String service = services.getOrDefault(target.getString("key", ""), target.getString("detail", "?"));
                served.weights.merge(service, backend.getInteger("weight", 1), Integer::sum);
            });
        }
        served.proxies.add(proxy);
    }

    /** As the manifests say it: {@code GET PathPrefix /api x-user=1}. */
    private static String words(JsonObject match) {
        StringBuilder words = new StringBuilder();
        String method = match.getString("method");
        if (method != null && !method.isEmpty()) {
            words.append(method).append(' ');
        }
        JsonObject path = match.getJsonObject("path", new JsonObject());
        words.append(
                switch (path.getString("kind", "")) {
                    case "exact" -> "Exact ";
                    case "prefix" -> "PathPrefix ";
                    case "regex" -> "RegularExpression ";
                    default -> "any service ";
                });
        words.append(path.getString("value", ""));
        objects(match, "headers").forEach(header -> words.append(' ').append(named(header)));
        objects(match, "query").forEach(query -> words.append(" ?").append(named(query)));
        return words.toString();
    }

    private static String named(JsonObject match) {
        String sign = match.getString("kind", "").equals("regex") ? "~" : "=";
        return match.getString("name", "") + sign + match.getString("value", "");
    }

    private static Stream<JsonObject> objects(JsonObject in, String name) {
        return in.getJsonArray(name, new JsonArray()).stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast);
    }

    JsonArray json(int limit) {
        JsonArray routes = new JsonArray();
        byName.entrySet().stream().limit(limit).forEach(entry -> routes.add(json(entry.getKey(), entry.getValue())));
        return routes;
    }

    private static JsonObject json(String name, Served served) {
        JsonArray backends = new JsonArray();
        served.weights.forEach((service, weight) -> {
            Flow flow = served.flows.getOrDefault(service, Flow.none());
            backends.add(new JsonObject()
                    .put("service", service)
                    .put("weight", weight)
                    .put("rate", flow.rate())
                    .put("errorRate", flow.tally().errorRate()));
        });
        return new JsonObject()
                .put("route", name)
                .put("hosts", new JsonArray(served.hosts.stream().toList()))
                .put("matches", new JsonArray(served.matches.stream().toList()))
                .put("backends", backends)
                .put("proxies", served.proxies.size());
    }
}
