package dev.torii.demo;

import static dev.torii.demo.Checks.require;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;

/** Tries what {@link Demo} tells its user to try, edits included. */
final class Tour {

    private static final int USERS = 400;
    private static final Duration EDIT_TAKES_AT_MOST = Duration.ofSeconds(10);
    private static final Duration HEARD_WITHIN = Duration.ofSeconds(30);
    private static final long POLL_NANOS = Duration.ofMillis(200).toNanos();

    private final Path config;
    private final LogTail log;
    private final Shopper shopper = new Shopper();

    /** @param config the folder that the gateway follows, which this edits */
    Tour(Path config, LogTail log) {
        this.config = config;
        this.log = log;
    }

    void run(Checks checks) {
        checks.check("routing", this::routing);
        checks.check("request id", this::requestId);
        checks.check("canary split", this::split);
        checks.check("preview header", this::preview);
        checks.check("one id in the mesh", this::oneIdInTheMesh);
        checks.check("one trace", this::oneTrace);
        checks.check("service graph", this::serviceGraph);
        checks.check("mesh canary", this::meshCanary);
        checks.check("mesh preview", this::meshPreview);
        checks.check("redirect", this::redirect);
        checks.check("CORS", this::cors);
        checks.check("header modifier", this::headerModifier);
        checks.check("timeout", this::timeout);
        checks.check("no route", this::noRoute);
        checks.check("live edit", this::liveEdit);
        checks.check("broken edit", this::brokenEdit);
    }

    private String routing() throws IOException {
        String page = expect(200, shopper.get("/")).body();
        require(
                page.contains("Iron teapot") && page.contains("Keeps the tea hot"),
                "the page lacks the teapot: " + page);
        String json = expect(200, shopper.get("/api/catalog/products")).body();
        require(json.contains("\"id\":\"teapot\""), "the catalog lacks the teapot: " + json);
        return "the page holds answers of catalog, cart and reviews";
    }

    private String requestId() throws IOException {
        String id = header(expect(200, shopper.get("/api/cart")), "x-request-id");
        HttpResponse<String> again = expect(200, shopper.get("/api/cart", "x-request-id", id));
        require(id.equals(header(again, "x-request-id")), "the gateway changed a request id it was told to keep");
        require(id.equals(header(again, "x-seen-request-id")), "the cart saw another request id than the client");
        require(
                log.has(line -> line.startsWith("gateway: {") && isOf(id, line), Duration.ofSeconds(5)),
                "no log line carries " + id);
        return id + " is in the answer, at the service and in the access log";
    }

    private String split() throws IOException {
        Set<Integer> onV2 = usersOnV2();
        int percent = onV2.size() * 100 / USERS;
        require(percent >= 3 && percent <= 20, percent + " % of the users are on v2 instead of about 10");
        require(onV2.equals(usersOnV2()), "users changed sides");
        return percent + " % of " + USERS + " users are on v2, and each stays on its side";
    }

    private Set<Integer> usersOnV2() throws IOException {
        Set<Integer> users = new TreeSet<>();
        for (int user = 0; user < USERS; user++) {
            if (version(shopper.get("/api/reviews", "x-user", "user-" + user)).equals("v2")) {
                users.add(user);
            }
        }
        return users;
    }

    private String preview() throws IOException {
        for (int user = 0; user < 20; user++) {
            String version = version(shopper.get("/api/reviews", "x-user", "user-" + user, "x-preview", "v2"));
            require(version.equals("v2"), "a tester got " + version);
        }
        return "x-preview: v2 always reaches v2";
    }

    /** web asks cart and cart asks reviews: three calls with the customer's own, each of which two ends write down. */
    private String oneIdInTheMesh() throws IOException {
        String id = "tour-" + System.nanoTime();
        HttpResponse<String> cart = expect(200, shopper.get("/cart", "x-request-id", id, "x-preview", "v2"));
        require(id.equals(header(cart, "x-request-id")), "the answer carries another request id");
        List<String> wanted = List.of(
                "cart inbound",
                "cart outbound",
                "gateway gateway",
                "reviews-v2 inbound",
                "web inbound",
                "web outbound");
        for (String place : wanted) {
            String[] who = place.split(" ");
            require(
                    log.has(
                            line -> line.startsWith(who[0] + ": {")
                                    && line.contains("\"role\":\"" + who[1] + "\"")
                                    && isOf(id, line),
                            Duration.ofSeconds(5)),
                    "no " + who[1] + " log line of " + who[0] + " carries " + id);
        }
        long lines = log.last(Integer.MAX_VALUE).stream()
                .filter(line -> isOf(id, line))
                .count();
        require(lines == wanted.size(), lines + " log lines carry " + id + " instead of " + wanted.size());
        return "web → cart → reviews is six log lines with " + id;
    }

    /** The same calls, as the console shows them. */
    private String oneTrace() throws IOException {
        String id = "trace-" + System.nanoTime();
        expect(200, shopper.get("/cart", "x-request-id", id, "x-preview", "v2"));
        Set<String> wanted = Set.of("gateway", "default/web", "default/cart", "default/reviews-v2");
        JsonArray traces = watch(
                "/api/traces?requestId=" + id,
                JsonArray::new,
                found -> found.size() > 0
                        && wanted.stream().allMatch(found.getJsonObject(0).getJsonArray("services")::contains));
        require(traces.size() == 1, "one request is " + traces.size() + " traces: " + traces);
        JsonObject trace = traces.getJsonObject(0);
        require(trace.getString("rootService").equals("gateway"), "the trace begins elsewhere: " + trace);
        return trace.getInteger("spans") + " spans of gateway, web, cart and reviews-v2 are one trace with " + id;
    }

    private String serviceGraph() throws IOException {
        Set<String> wanted =
                Set.of("gateway → default/web", "default/web → default/cart", "default/cart → default/reviews-v2");
        JsonObject graph = watch(
                "/api/graph?window=300", JsonObject::new, found -> edges(found).containsAll(wanted));
        return edges(graph).size() + " edges, counted by the proxies";
    }

    private static Set<String> edges(JsonObject graph) {
        Set<String> edges = new TreeSet<>();
        for (Object each : graph.getJsonArray("edges")) {
            JsonObject edge = (JsonObject) each;
            edges.add(edge.getString("from") + " → " + edge.getString("to"));
        }
        return edges;
    }

    /** Asks the console until it has heard enough. */
    private <T> T watch(String path, Function<String, T> read, Predicate<T> enough) throws IOException {
        long deadline = System.nanoTime() + HEARD_WITHIN.toNanos();
        while (true) {
            String body =
                    expect(200, shopper.send("GET", Shopper.console(path))).body();
            T answer = read.apply(body);
            if (enough.test(answer)) {
                return answer;
            }
            require(System.nanoTime() < deadline, "the console has heard no more than " + body);
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean isOf(String id, String line) {
        return line.contains("\"request_id\":\"" + id + "\"");
    }

    private String meshCanary() throws IOException {
        Set<Integer> onV2 = usersOnV2();
        for (int user = 0; user < USERS / 4; user++) {
            String version = version(shopper.get("/cart", "x-user", "user-" + user));
            String atTheGateway = onV2.contains(user) ? "v2" : "v1";
            require(
                    version.equals(atTheGateway),
                    "user-" + user + " is on " + atTheGateway + ", but " + version + " in the mesh");
        }
        return "what cart asks of reviews is split like the gateway's traffic, user by user";
    }

    private String meshPreview() throws IOException {
        for (int user = 0; user < 20; user++) {
            String version = version(shopper.get("/cart", "x-user", "user-" + user, "x-preview", "v2"));
            require(version.equals("v2"), "a tester's cart got " + version);
        }
        return "x-preview: v2 reaches v2 also behind web and cart";
    }

    private String redirect() throws IOException {
        String location = header(expect(301, shopper.get("/old-shop/tea")), "location");
        require(location.endsWith(Mesh.GATEWAY_PORT + "/") || location.equals("/"), "Location is " + location);
        return "/old-shop leads to " + location;
    }

    private String cors() throws IOException {
        HttpResponse<String> preflight = shopper.send(
                "OPTIONS",
                Shopper.uri("/api/catalog/products"),
                "origin",
                "https://partner.example",
                "access-control-request-method",
                "GET");
        require(
                header(preflight, "access-control-allow-origin").equals("https://partner.example"),
                "the partner may not read the catalog");
        return "a browser on https://partner.example may read the catalog";
    }

    private String headerModifier() throws IOException {
        String shop = new JsonObject(expect(200, shopper.get("/api/cart", "x-shop", "forged"))
                        .body())
                .getString("shop");
        require("main-street".equals(shop), "the cart serves " + shop);
        return "the cart hears x-shop: main-street, whatever the client says";
    }

    private String timeout() throws IOException {
        String reason = header(expect(504, shopper.get("/api/cart?delay=3000")), "x-torii-reason");
        return "a slow cart is 504 after a second, x-torii-reason: " + reason;
    }

    private String noRoute() throws IOException {
        String reason = header(expect(404, shopper.get("/nowhere")), "x-torii-reason");
        require(reason.startsWith("NR "), "x-torii-reason is " + reason);
        return "/nowhere is 404, x-torii-reason: " + reason;
    }

    private String liveEdit() throws IOException {
        Set<Integer> before = usersOnV2();
        edit("weight: 90", "weight: 50");
        edit("weight: 10", "weight: 50");
        int requests = awaitMoreThan(before);
        require(usersOnV2().containsAll(before), "a user fell back from v2 while its share grew");
        return "50/50 went live under " + requests + " requests without a failure, and nobody fell back";
    }

    /** Asks for reviews, all of which have to succeed, until somebody who was not on v2 is. */
    private int awaitMoreThan(Set<Integer> before) throws IOException {
        long deadline = System.nanoTime() + EDIT_TAKES_AT_MOST.toNanos();
        for (int request = 1; System.nanoTime() < deadline; request++) {
            int user = request % USERS;
            if (version(shopper.get("/api/reviews", "x-user", "user-" + user)).equals("v2") && !before.contains(user)) {
                return request;
            }
        }
        throw new AssertionError("the edit was not live after " + EDIT_TAKES_AT_MOST.toSeconds() + " s");
    }

    private String brokenEdit() throws IOException {
        edit("backendRefs:", "backendRef:");
        require(
                log.has(line -> line.contains("reviews.yaml:") && line.contains("backendRef"), EDIT_TAKES_AT_MOST),
                "the gateway did not say what is wrong with reviews.yaml");
        version(shopper.get("/api/reviews"));
        return "a misspelt field is named with its line, and the shop stays open";
    }

    private void edit(String from, String to) throws IOException {
        Path file = config.resolve("reviews.yaml");
        // As an editor makes it: for all to read, which a temporary file is not.
        Path edited = config.resolveSibling("edited.yaml");
        Files.writeString(edited, Files.readString(file).replace(from, to));
        Files.move(edited, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private static String version(HttpResponse<String> answer) {
        return new JsonObject(expect(200, answer).body()).getString("version");
    }

    private static HttpResponse<String> expect(int status, HttpResponse<String> answer) {
        require(
                answer.statusCode() == status,
                answer.uri().getPath() + " answered " + answer.statusCode() + " instead of " + status
                        + ", x-torii-reason: "
                        + answer.headers().firstValue("x-torii-reason").orElse("none"));
        return answer;
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers()
                .firstValue(name)
                .orElseThrow(() -> new AssertionError(answer.uri().getPath() + " answered without " + name));
    }
}
