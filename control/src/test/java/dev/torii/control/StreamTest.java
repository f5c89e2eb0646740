package dev.torii.control;

import static dev.torii.control.Manifest.gateway;
import static dev.torii.control.Manifest.route;
import static dev.torii.control.Manifest.service;
import static dev.torii.control.Manifest.slice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.Delete;
import dev.torii.config.stream.Message.FromControl;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Put;
import dev.torii.config.stream.Message.Reset;
import dev.torii.config.stream.Message.Role;
import dev.torii.config.stream.Message.You;
import dev.torii.control.identity.Believed;
import dev.torii.control.identity.Caller;
import dev.torii.control.identity.Identities;
import dev.torii.control.identity.Identities.Refused;
import dev.torii.control.stream.StreamServer;
import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What proxies are told over real sockets, and what they are not. */
class StreamTest {

    private static final StreamServer.Limits LIMITS = StreamServer.Limits.USUAL;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final TestFeed feed = new TestFeed();
    private Control control;

    @BeforeEach
    void start() {
        control = start(LIMITS, new Believed());
        feed.say(
                service("shop", "cart", "10.96.0.1"),
                slice("shop", "cart", "10.0.0.1"),
                service("shop", "tax", "10.96.0.2"),
                slice("shop", "tax", "10.0.0.2"),
                gateway("infra", "web", 1),
                route("infra", "web", "web", "front"),
                service("infra", "front", "10.96.0.3"));
    }

    @AfterEach
    void stop() {
        control.drain()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private Control start(StreamServer.Limits limits, Identities identities) {
        var options = new Control.Options("127.0.0.1", 0, "127.0.0.1", 0, limits, Duration.ZERO);
        var parts = Control.Parts.alone(feed, identities, null);
        return Control.start(options, parts)
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private static List<String> words(List<FromControl> messages) {
        return messages.stream()
                .map(each -> each instanceof Put put
                        ? "put " + put.json().replaceAll(".*\"kind\":\"(\\w+)\".*", "$1") + " "
                                + put.json().replaceAll(".*\"name\":\"([-\\w]+)\",\"namespace\".*", "$1")
                        : each instanceof Delete delete
                                ? "delete " + delete.object()
                                : each.getClass().getSimpleName())
                .toList();
    }

    @Test
    void aSidecarHasItsServiceAndWhatItWants() {
        try (TestProxy proxy = TestProxy.to(control).say(TestProxy.sidecar("shop/cart", "tax.shop"))) {
            List<FromControl> first = proxy.next();
            assertThat(words(first))
                    .containsExactly(
                            "You",
                            "Reset",
                            "put EndpointSlice cart-x",
                            "put EndpointSlice tax-x",
                            "put Service cart",
                            "put Service tax",
                            "Commit");
            assertThat(first.get(0)).isEqualTo(new You("shop", "cart", List.of(8080)));
            assertThat(((Commit) first.get(6)).answered()).containsExactly("tax.shop");
            proxy.ack((Commit) first.get(6));

            feed.put(slice("shop", "tax", "10.0.0.2", "10.0.0.9"));
            List<FromControl> second = proxy.next();
            assertThat(words(second)).containsExactly("put EndpointSlice tax-x", "Commit");
            assertThat(((Put) second.get(0)).json()).contains("10.0.0.9");
            proxy.ack((Commit) second.get(1));

            feed.say(service("shop", "cart", "10.96.0.1"), slice("shop", "cart", "10.0.0.1"));
            assertThat(words(proxy.next()))
                    .containsExactly("delete EndpointSlice shop/tax-x", "delete Service shop/tax", "Commit");
        }
    }

    /**
     * Word for word what is said to a proxy of 0.1, and what it says: an upgrade begins with control, so this has to hold until
     * 0.3. What a later version adds goes under another subprotocol, because 0.1 takes no field that it does not know.
     */
    @Test
    void aProxyOfThePreviousMinorVersionIsServedAsBefore() {
        try (TestProxy proxy = TestProxy.to(control).say("""
                {"hello":{"protocol":1,"role":"sidecar","version":"0.1.0","pod":"shop/cart-1","service":"shop/cart",\
                "appPorts":[8080],"wants":[]}}""")) {
            List<FromControl> first = proxy.next();
            assertThat(texts(first))
                    .containsExactly(
                            "{\"you\":{\"namespace\":\"shop\",\"service\":\"cart\",\"appPorts\":[8080]}}",
                            "{\"reset\":true}",
                            putSlice("cart", "10.0.0.1"),
                            putService("cart", "10.96.0.1"),
                            "{\"commit\":{\"version\":\"V\",\"answered\":[]}}");
            String version = ((Commit) first.get(4)).version();
            proxy.say("{\"ack\":{\"version\":\"" + version + "\",\"serving\":\"4701d03b9913\",\"problems\":[]}}");

            proxy.say("{\"want\":[\"10.96.0.2\"]}");
            assertThat(texts(proxy.next()))
                    .containsExactly(
                            putSlice("tax", "10.0.0.2"),
                            putService("tax", "10.96.0.2"),
                            "{\"commit\":{\"version\":\"V\",\"answered\":[\"10.96.0.2\"]}}");
        }
    }

    private static String putSlice(String service, String address) {
        return """
                {"put":{"addressType":"IPv4","apiVersion":"discovery.k8s.io/v1","endpoints":[{"addresses":["%s"]}],\
                "kind":"EndpointSlice","metadata":{"labels":{"kubernetes.io/service-name":"%s"},"name":"%s-x",\
                "namespace":"shop"},"ports":[{"name":"http","port":8080}]}}""".formatted(address, service, service);
    }

    private static String putService(String name, String ip) {
        return """
                {"put":{"apiVersion":"v1","kind":"Service","metadata":{"name":"%s","namespace":"shop"},\
                "spec":{"clusterIP":"%s","ports":[{"name":"http","port":80,"targetPort":8080}],\
                "selector":{"app":"%s"}}}}""".formatted(name, ip, name);
    }

    private static List<String> texts(List<FromControl> messages) {
        return messages.stream()
                .map(each -> each.text().replaceAll("\"version\":\"[^\"]+\"", "\"version\":\"V\""))
                .toList();
    }

    @Test
    void aGatewayHasWhatItLeadsTo() {
        try (TestProxy proxy = TestProxy.to(control).say(TestProxy.gateway("infra/web-1", "infra/web"))) {
            assertThat(words(proxy.next()))
                    .containsExactly("Reset", "put Gateway web", "put HTTPRoute web", "put Service front", "Commit");
        }
    }

    @Test
    void whoHasItAllIsToldSo() {
        Hello hello = TestProxy.sidecar("shop/cart", "10.96.0.2");
        String version;
        try (TestProxy proxy = TestProxy.to(control).say(hello)) {
            version = proxy.taken().version();
        }
        try (TestProxy proxy = TestProxy.to(control).say(TestProxy.having(hello, version))) {
            List<FromControl> all = proxy.next();
            assertThat(words(all)).containsExactly("You", "Commit");
            assertThat(all.get(1)).isEqualTo(new Commit(version, List.of("10.96.0.2")));
        }
        try (TestProxy proxy = TestProxy.to(control).say(TestProxy.having(hello, "another"))) {
            assertThat(proxy.next()).contains(new Reset());
        }
    }

    @Test
    void whatIsNobodysIsAnsweredAndComesWhenItIsSomebodys() {
        try (TestProxy proxy = TestProxy.to(control).say(TestProxy.sidecar("shop/cart"))) {
            Commit first = proxy.taken();
            proxy.want("10.96.0.77", "late.shop");
            assertThat(proxy.next()).containsExactly(new Commit(first.version(), List.of("10.96.0.77", "late.shop")));
            proxy.ack(first);

            feed.put(service("shop", "late", "10.96.0.77"));
            assertThat(words(proxy.next())).containsExactly("put Service late", "Commit");
        }
    }

    @Test
    void whoIsSlowIsToldAllAtOnceLater() {
        try (TestProxy slow = TestProxy.to(control).say(TestProxy.sidecar("shop/cart", "tax.shop"));
                TestProxy quick = TestProxy.to(control).say(TestProxy.sidecar("shop/cart", "tax.shop"))) {
            Commit unanswered = slow.commit();
            quick.taken();
            for (int i = 1; i <= 20; i++) {
                feed.put(slice("shop", "tax", "10.0.1." + i));
                quick.taken();
            }
            slow.want("front.infra");
            assertThat(slow.heardNothing()).isTrue();
            slow.ack(unanswered);
            List<FromControl> all = slow.next();
            assertThat(words(all)).containsExactly("put EndpointSlice tax-x", "put Service front", "Commit");
            assertThat(((Put) all.get(0)).json()).contains("10.0.1.20");
        }
    }

    /** What does not concern it is not told to it: the next thing that it hears is what does. */
    @Test
    void whatItDoesNotUseIsNotToldToIt() {
        try (TestProxy proxy = TestProxy.to(control).say(TestProxy.sidecar("shop/cart"))) {
            proxy.taken();
            feed.put(slice("shop", "tax", "10.0.0.3"));
            feed.put(gateway("infra", "web", 2));
            feed.put(slice("shop", "cart", "10.0.0.4"));
            assertThat(words(proxy.next())).containsExactly("put EndpointSlice cart-x", "Commit");
        }
    }

    @Test
    void whoNeverReadsCostsOneView() throws Exception {
        try (TestProxy deaf = TestProxy.deafTo(control).say(TestProxy.sidecar("shop/cart", "tax.shop"));
                TestProxy quick = TestProxy.to(control).say(TestProxy.sidecar("shop/cart", "tax.shop"))) {
            quick.taken();
            assertThat(Await.until(PATIENCE, () -> metric("torii_control_commits_total") == 2))
                    .isTrue();
            for (int i = 0; i < 50; i++) {
                feed.put(slice("shop", "tax", "10.0.2." + i));
                quick.taken();
            }
            assertThat(metric("torii_control_commits_total"))
                    .as("of which the deaf one got one")
                    .isEqualTo(52);
            assertThat(Await.until(PATIENCE, () -> metric("torii_control_streams_waiting") == 1))
                    .isTrue();
            assertThat(deaf.heardNothing()).isTrue();
        }
    }

    @Test
    void nonsenseEndsAStream() {
        String hello = TestProxy.sidecar("shop/cart").text();
        assertThat(closing("not json")).isEqualTo(4400);
        assertThat(closing("{\"want\":[\"a.b\"]}")).as("hello first").isEqualTo(4400);
        assertThat(closing(hello, hello)).as("hello once").isEqualTo(4400);
        assertThat(closing(hello.replace("\"protocol\":1", "\"protocol\":2"))).isEqualTo(4400);
        assertThat(closing(hello, new Ack("never sent", "", List.of()).text())).isEqualTo(4400);
        assertThat(closing("{\"want\":[\"" + "x".repeat(70_000) + "\"]}"))
                .as("too long")
                .isEqualTo(4400);
        String tooMany = "\"s1.shop\"" + ",\"s1.shop\"".repeat(5_000);
        assertThat(closing(hello.replace("\"wants\":[]", "\"wants\":[" + tooMany + "]")))
                .as("a hello that wants too much")
                .isEqualTo(4400);
        try (TestProxy proxy = TestProxy.to(control)) {
            proxy.sayPart(hello).sayPart(" ".repeat(40_000)).sayPart(" ".repeat(40_000));
            assertThat(proxy.closed()).as("too long, in parts").isEqualTo(4400);
        }
        try (TestProxy proxy = TestProxy.to(control)) {
            proxy.sayBytes(new byte[] {1, 2});
            assertThat(proxy.closed()).isEqualTo(4400);
        }
    }

    @Test
    void thereIsAnEndToWants() {
        try (TestProxy proxy = TestProxy.to(control).say(TestProxy.sidecar("shop/cart"))) {
            proxy.taken();
            for (int i = 0; i < 5; i++) {
                String[] wants = new String[900];
                for (int j = 0; j < wants.length; j++) {
                    wants[j] = "s" + i + "-" + j + ".shop";
                }
                proxy.want(wants);
            }
            assertThat(proxy.closed()).isEqualTo(4400);
        }
    }

    private int closing(String... said) {
        try (TestProxy proxy = TestProxy.to(control)) {
            for (String each : said) {
                proxy.say(each);
            }
            return proxy.closed();
        }
    }

    @Test
    void whoMayNotIsToldSo() {
        Control strict = start(LIMITS, new ByToken());
        Hello hello = TestProxy.sidecar("shop/cart");
        try (TestProxy stranger = TestProxy.to(strict).say(hello);
                TestProxy other = TestProxy.to(strict, "other").say(hello);
                TestProxy unlucky = TestProxy.to(strict, "away").say(hello);
                TestProxy known = TestProxy.to(strict, "good").say(hello)) {
            assertThat(stranger.closed()).isEqualTo(4401);
            assertThat(other.closed()).isEqualTo(4403);
            assertThat(unlucky.closed()).isEqualTo(1013);
            known.taken();
        }
        strict.drain();
    }

    private static final class ByToken implements Identities {

        @Override
        public Future<Caller> identify(String token, Hello hello) {
            return switch (token) {
                case "" -> Future.failedFuture(Refused.stranger("no token"));
                case "other" -> Future.failedFuture(Refused.forbidden("not yours"));
                case "away" -> Future.failedFuture("the API server does not answer");
                default -> new Believed().identify(token, hello);
            };
        }

        @Override
        public Future<String> replica(String token) {
            return Future.failedFuture(Refused.stranger("nobody"));
        }
    }

    @Test
    void whoSaysNothingHasToGo() {
        Control impatient =
                start(new StreamServer.Limits(2, Duration.ofMillis(300), Duration.ofMillis(600)), new Believed());
        try (TestProxy silent = TestProxy.to(impatient);
                TestProxy dead = TestProxy.to(impatient).say(TestProxy.sidecar("shop/cart"))) {
            try (TestProxy third = TestProxy.to(impatient)) {
                assertThat(third.closed()).as("too many").isEqualTo(1013);
            }
            dead.commit();
            assertThat(silent.closed()).isEqualTo(4400);
            assertThat(dead.closed()).isEqualTo(1006);
        }
        impatient.drain();
    }

    /** Neither by a connection that never says anything, nor by one that begins TLS and does not go on. */
    @Test
    void nobodyIsWaitedForInAHandshake() throws Exception {
        Certificates.Leaf leaf = Certificates.selfSigned("control");
        var limits = new StreamServer.Limits(2, Duration.ofMillis(300), Duration.ofSeconds(60));
        var options = new Control.Options("127.0.0.1", 0, "127.0.0.1", 0, limits, Duration.ZERO);
        Control secure = join(Control.start(options, Control.Parts.alone(feed, new Believed(), new Fixed(leaf))));
        try (Socket silent = new Socket("127.0.0.1", secure.port());
                Socket slow = new Socket("127.0.0.1", secure.port())) {
            silent.setSoTimeout((int) PATIENCE.toMillis());
            slow.setSoTimeout((int) PATIENCE.toMillis());
            slow.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
            assertThat(silent.getInputStream().read()).isNegative();
            assertThat(slow.getInputStream().read()).isNegative();
        } finally {
            join(secure.drain());
        }
    }

    private record Fixed(Certificates.Leaf leaf) implements Keys {

        @Override
        public void follow(Consumer<Pair> taker) {
            taker.accept(new Pair(leaf.certificatePem(), leaf.keyPem(), ""));
        }

        @Override
        public void close() {}
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void beforeTheFirstCatalogNobodyIsToldThatThereIsNothing() throws Exception {
        TestFeed late = new TestFeed();
        var options = new Control.Options("127.0.0.1", 0, "127.0.0.1", 0, LIMITS, Duration.ZERO);
        var parts = Control.Parts.alone(late, new Believed(), null);
        Control started = Control.start(options, parts)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        try (TestProxy proxy = TestProxy.to(started).say(TestProxy.sidecar("shop/cart"))) {
            assertThat(page(started, "/ready").statusCode()).isEqualTo(503);
            late.say(service("shop", "cart", "10.96.0.1"));
            assertThat(words(proxy.next())).containsExactly("You", "Reset", "put Service cart", "Commit");
            assertThat(Await.until(PATIENCE, () -> page(started, "/ready").statusCode() == 200))
                    .isTrue();
        }
        started.drain();
    }

    @Test
    void aRestartSendsProxiesElsewhere() {
        try (TestProxy proxy = TestProxy.to(control).say(TestProxy.sidecar("shop/cart"))) {
            proxy.taken();
            control.drain();
            assertThat(proxy.closed()).isEqualTo(1012);
        }
    }

    @Test
    void thereAreNoOtherPlaces() throws Exception {
        assertThat(CLIENT.send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control.port() + "/"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(404);
        assertThat(page(control, "/live").statusCode()).isEqualTo(200);
        assertThat(page(control, "/metrics").body())
                .contains("torii_control_objects{kind=\"Service\"} 3.0", "torii_control_catalogs_total 1.0");
    }

    @Test
    void aSharedGatewayHasAllThatAreShared() {
        Hello all = new Hello(1, Role.GATEWAY, "test", "", "", "", List.of(), List.of(), "");
        try (TestProxy proxy = TestProxy.to(control).say(all)) {
            proxy.taken();
            feed.put(gateway("infra", "second", 1));
            assertThat(words(proxy.next())).containsExactly("put Gateway second", "Commit");
        }
    }

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static HttpResponse<String> page(Control of, String path) {
        try {
            return CLIENT.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + of.adminPort() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private double metric(String name) {
        return page(control, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(-1);
    }
}
