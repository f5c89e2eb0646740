package dev.torii.control.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.compile.Status;
import dev.torii.config.compile.Status.Condition;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ParentRef;
import dev.torii.control.api.ClusterApi;
import dev.torii.control.api.MockApi;
import dev.torii.control.api.Worklist;
import dev.torii.testkit.Await;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.mockwebserver.http.MockResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written, how often it is asked for, and what becomes of it when the API server or others are in the way. */
final class StatusWriterTest {

    private static final ResourceDefinitionContext ROUTES = new ResourceDefinitionContext.Builder()
            .withGroup("gateway.networking.k8s.io")
            .withVersion("v1")
            .withKind("HTTPRoute")
            .withPlural("httproutes")
            .withNamespaced(true)
            .build();
    private static final String FOLDER = "/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/";
    private static final Worklist.Pause PAUSE = new Worklist.Pause(Duration.ofMillis(20), Duration.ofMillis(100));
    private static final Condition ACCEPTED = new Condition("Accepted", true, "Accepted", "");
    private static final Condition REFUSED = new Condition("Accepted", false, "NotAllowedByListeners", "");

    private final MockApi cluster = new MockApi();
    private final AtomicBoolean leads = new AtomicBoolean(true);
    private final ClusterApi api = new ClusterApi(cluster.client(), Duration.ofSeconds(2), leads::get);
    private final Map<ObjectKey, Wanted> all = new HashMap<>();
    private StatusWriter writer = writer(Duration.ofHours(1));

    private StatusWriter writer(Duration repeat) {
        return new StatusWriter(
                api, () -> Instant.parse("2026-11-22T11:00:00Z"), new StatusWriter.Limits(PAUSE, 1000, repeat));
    }

    @AfterEach
    void end() {
        writer.close();
        cluster.close();
    }

    @Test
    void whatIsThereIsNotWrittenAgain() {
        create("cart");
        want("cart", ACCEPTED);
        until(() -> writer.writes() == 1);
        assertThat(reason("cart")).isEqualTo("Accepted");

        long asked = cluster.asked("");
        writer.want(all);
        want("cart", ACCEPTED);
        writer.close();
        assertThat(cluster.asked("")).as("nothing new, nothing asked").isEqualTo(asked);

        // Who leads next looks, and has nothing to say.
        long looks = cluster.asked("GET " + FOLDER + "cart");
        writer = writer(Duration.ofHours(1));
        writer.want(all);
        until(() -> cluster.asked("GET " + FOLDER + "cart") == looks + 1);
        writer.close();
        assertThat(cluster.asked("PATCH")).isEqualTo(1);
    }

    @Test
    void oneChangeOfManyIsOneWrite() {
        for (int i = 0; i < 200; i++) {
            create("r" + i);
            all.put(key("r" + i), wanted("r" + i, ACCEPTED));
        }
        writer.want(all);
        until(() -> writer.writes() == 200);
        long looks = cluster.asked("GET");
        want("r7", REFUSED);
        until(() -> writer.writes() == 201);
        writer.close();
        assertThat(cluster.asked("PATCH")).isEqualTo(201);
        assertThat(cluster.asked("GET")).isEqualTo(looks + 1);
    }

    @Test
    void whoeverWasFasterIsReadAndKept() throws Exception {
        create("cart");
        String before = api.get(FOLDER + "cart").body().toString();
        ObjectNode foreign = (ObjectNode) StatusMergeTest.json(
                "{'status':{'parents':[{'parentRef':{'name':'web'},'controllerName':'x/y','conditions':[]}]}}");
        api.merge(FOLDER + "cart/status", foreign);
        long writesOfOthers = cluster.asked("PATCH");
        AtomicInteger looks = new AtomicInteger();
        cluster.mood(request -> request.startsWith("GET " + FOLDER) && looks.getAndIncrement() == 0
                ? new MockResponse().setResponseCode(200).setBody(before)
                : null);
        want("cart", ACCEPTED);
        until(() -> writer.writes() == 1);
        assertThat(cluster.asked("PATCH") - writesOfOthers).as("one in vain").isEqualTo(2);
        assertThat(status("cart").path("parents").findValuesAsText("controllerName"))
                .containsExactly("x/y", "torii.dev/gateway-controller");
    }

    @Test
    void whatIsGoneIsForgotten() {
        cluster.mood(request -> request.contains("/withdrawn") ? new MockResponse().setResponseCode(410) : null);
        create("other");
        want("never-was", ACCEPTED);
        want("withdrawn", ACCEPTED);
        want("other", ACCEPTED);
        until(() -> writer.writes() == 1);
        until(() -> cluster.asked("GET " + FOLDER + "withdrawn") == 1);
        // It comes back with what was to be said of it before.
        create("never-was");
        want("never-was", ACCEPTED);
        until(() -> writer.writes() == 2);
        assertThat(cluster.asked("GET " + FOLDER + "withdrawn")).isEqualTo(2);
    }

    @Test
    void anOutageIsSatOutTogetherAndNothingIsLost() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            create("r" + i);
        }
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch five = new CountDownLatch(5);
        cluster.mood(request -> {
            refused.incrementAndGet();
            five.countDown();
            return new MockResponse().setResponseCode(refused.get() % 2 == 0 ? 503 : 500);
        });
        for (int i = 0; i < 50; i++) {
            all.put(key("r" + i), wanted("r" + i, ACCEPTED));
        }
        writer.want(all);
        assertThat(five.await(20, TimeUnit.SECONDS)).isTrue();
        want("r7", REFUSED);
        cluster.mood(request -> null);
        until(() -> writer.writes() == 50);
        assertThat(reason("r7")).isEqualTo("NotAllowedByListeners");
        assertThat(reason("r49")).isEqualTo("Accepted");
        assertThat(writer.failures()).isEqualTo(refused.get());
    }

    @Test
    void whoIsAskedToWaitWaits() {
        create("cart");
        AtomicInteger asked = new AtomicInteger();
        cluster.mood(request -> request.startsWith("PATCH") && asked.getAndIncrement() == 0
                ? new MockResponse().setResponseCode(429).addHeader("Retry-After", "1")
                : null);
        long begin = System.nanoTime();
        want("cart", ACCEPTED);
        until(() -> writer.writes() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(990));
        assertThat(asked).hasValue(2);
    }

    @Test
    void aServerThatSaysNothingIsAskedAgain() {
        StatusWriter impatient = writer;
        create("cart");
        ClusterApi shortly = new ClusterApi(cluster.client(), Duration.ofMillis(200), () -> true);
        writer = new StatusWriter(shortly, Instant::now, new StatusWriter.Limits(PAUSE, 1000, Duration.ofHours(1)));
        impatient.close();
        AtomicInteger asked = new AtomicInteger();
        cluster.mood(request -> asked.getAndIncrement() == 0
                ? new MockResponse().setResponseCode(200).setBody("{}").setBodyDelay(60, TimeUnit.SECONDS)
                : null);
        want("cart", ACCEPTED);
        until(() -> writer.writes() == 1);
        assertThat(asked).hasValue(3);
    }

    @Test
    void anAnswerThatIsNoObjectIsNoReasonToWrite() {
        create("cart");
        AtomicInteger asked = new AtomicInteger();
        cluster.mood(request -> asked.getAndIncrement() == 0
                ? new MockResponse().setResponseCode(200).setBody("<html>a proxy's login page</html>")
                : null);
        want("cart", ACCEPTED);
        until(() -> writer.writes() == 1);
        assertThat(cluster.asked("PATCH")).isEqualTo(1);
        assertThat(asked).hasValue(3);
    }

    /** It was not let run for a while, and has not noticed yet that somebody else leads. */
    @Test
    void whoDoesNotLeadAtThatMomentWritesNothing() {
        create("cart");
        leads.set(false);
        want("cart", ACCEPTED);
        until(() -> cluster.asked("GET " + FOLDER + "cart") > 2);
        assertThat(cluster.asked("PATCH")).isZero();
        leads.set(true);
        until(() -> writer.writes() == 1);
    }

    @Test
    void nothingIsWrittenAfterLeading() {
        for (int i = 0; i < 100; i++) {
            create("r" + i);
            all.put(key("r" + i), wanted("r" + i, ACCEPTED));
        }
        writer.want(all);
        until(() -> cluster.asked("PATCH") > 10);
        writer.close();
        writer.want(Map.of(key("r1"), wanted("r1", REFUSED)));
        writer = writer(Duration.ofHours(1));
        writer.want(all);
        until(() -> all.keySet().stream().allMatch(each -> reason(each.name()).equals("Accepted")));
        writer.close();
        // Of what was under way when the first had to stop some is taken, and some is in vain; nothing else is said
        // twice.
        assertThat(cluster.asked("PATCH")).isBetween(100L, 104L);
    }

    @Test
    void whatOthersDestroyIsRepaired() throws Exception {
        writer.close();
        writer = writer(Duration.ofMillis(50));
        create("cart");
        want("cart", ACCEPTED);
        until(() -> writer.writes() == 1);
        api.merge(FOLDER + "cart/status", (ObjectNode) StatusMergeTest.json("{'status':{'parents':[]}}"));
        until(() -> writer.writes() == 2);
        assertThat(reason("cart")).isEqualTo("Accepted");
    }

    @Test
    void whatIsRefusedForGoodHoldsNobodyUp() {
        create("good");
        cluster.mood(request -> request.startsWith("PATCH " + FOLDER + "bad")
                ? new MockResponse().setResponseCode(422).setBody("{\"message\":\"status is not allowed\"}")
                : null);
        create("bad");
        want("bad", ACCEPTED);
        want("good", ACCEPTED);
        until(() -> writer.writes() == 1);
        until(() -> cluster.asked("PATCH " + FOLDER + "bad") > 2);
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(20), condition)).isTrue();
    }

    private void want(String route, Condition condition) {
        all.put(key(route), wanted(route, condition));
        writer.want(all);
    }

    private static Wanted wanted(String route, Condition condition) {
        ParentRef parent =
                new ParentRef(new ObjectRef("gateway.networking.k8s.io", "Gateway", "shop", "web"), null, null);
        Status status =
                new Status("HTTPRoute", "shop", route, 1, parent, null, List.of(condition), 0, List.of(), 0, List.of());
        return new Wanted(key(route), FOLDER + route, 1, List.of(status), null);
    }

    private static ObjectKey key(String route) {
        return new ObjectKey("HTTPRoute", "shop", route);
    }

    private String reason(String route) {
        return status(route).at("/parents/0/conditions/0/reason").asText();
    }

    private JsonNode status(String route) {
        try {
            return api.get(FOLDER + route).body().path("status");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void create(String route) {
        cluster.client()
                .genericKubernetesResources(ROUTES)
                .resource(new GenericKubernetesResourceBuilder()
                        .withApiVersion("gateway.networking.k8s.io/v1")
                        .withKind("HTTPRoute")
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName(route)
                        .endMetadata()
                        .build())
                .create();
    }
}
