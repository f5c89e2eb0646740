package dev.torii.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Secret;
import dev.torii.config.resource.Service;
import dev.torii.config.resource.TlsRoute;
import dev.torii.config.source.Catalog;
import dev.torii.testkit.Await;
import dev.torii.testkit.kube.ApiRequest;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What follows a cluster, against the mock: it can be made to do what a real server does on bad days. */
@Timeout(120)
class ClusterSourceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ClusterSource.Settings QUICK = settings(Duration.ofSeconds(2), Duration.ofMinutes(3));
    /** To whom a watch that takes long to begin again is not lost. */
    private static final ClusterSource.Settings PATIENT = settings(Duration.ofMinutes(1), Duration.ofMinutes(3));
    /** To whom one that tells nothing soon is. */
    private static final ClusterSource.Settings DISTRUSTFUL = settings(Duration.ofMinutes(1), Duration.ofSeconds(2));

    private static final String SERVICE = """
            apiVersion: v1
            kind: Service
            metadata: {name: @, namespace: shop}
            spec: {ports: [{port: 80}]}
            ---
            """;
    private static final String ROUTE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: cart, namespace: shop}
            spec: {rules: [{name: @}]}
            """;

    private final ApiServer server = ApiServer.mock();
    private final LinkedBlockingDeque<Catalog> catalogs = new LinkedBlockingDeque<>();
    private Catalog last = new Catalog(ResourceSet.EMPTY, Map.of(), Set.of(), List.of());

    @AfterEach
    void stop() {
        server.close();
    }

    private static ClusterSource.Settings settings(Duration lost, Duration silent) {
        return new ClusterSource.Settings(
                Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(200), lost, silent);
    }

    private ClusterSource watch() {
        return watch(catalogs::add);
    }

    private ClusterSource watch(Consumer<Catalog> onChange) {
        return watch(QUICK, onChange);
    }

    private ClusterSource watch(ClusterSource.Settings settings, Consumer<Catalog> onChange) {
        try (KubernetesClient client = server.newClient()) {
            return ClusterSource.watch(client, settings, onChange);
        }
    }

    /** The first catalog from now on that is as wanted. */
    private Catalog until(Predicate<Catalog> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!wanted.test(last)) {
            Catalog next = catalogs.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertThat(next)
                    .as("no such catalog; the last was %s, %s", last.documents().keySet(), last.findings())
                    .isNotNull();
            last = next;
        }
        return last;
    }

    private Catalog first() throws InterruptedException {
        last = catalogs.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(last).isNotNull();
        return last;
    }

    private static boolean has(Catalog catalog, Class<? extends Resource> type, String name) {
        return catalog.resources().find(type, "shop", name) != null;
    }

    private static String ruleOf(Catalog catalog) {
        HttpRoute route = catalog.resources().find(HttpRoute.class, "shop", "cart");
        return route == null || route.rules().isEmpty()
                ? ""
                : String.valueOf(route.rules().get(0).name());
    }

    private static String service(String name) {
        return SERVICE.replace("@", name);
    }

    private static String route(String rule) {
        return ROUTE.replace("@", rule);
    }

    @Test
    void theFirstCatalogHasEverythingAndEditsFollow() throws Exception {
        server.apply(service("a") + route("one"));
        try (ClusterSource source = watch()) {
            Catalog all = first();
            assertThat(has(all, Service.class, "a")).isTrue();
            assertThat(ruleOf(all)).isEqualTo("one");
            assertThat(all.changed()).isEqualTo(all.documents().keySet());

            server.apply(route("two"));
            Catalog edited = until(now -> ruleOf(now).equals("two"));
            assertThat(edited.changed()).containsExactly(new ObjectKey("HTTPRoute", "shop", "cart"));
            ObjectKey a = new ObjectKey("Service", "shop", "a");
            assertThat(edited.documents().get(a)).isSameAs(all.documents().get(a));

            server.delete("v1", "Service", "shop", "a");
            assertThat(until(now -> !has(now, Service.class, "a")).changed()).containsExactly(a);
            assertThat(source.health().complete()).isTrue();
        }
    }

    @Test
    void aBurstIsOneCatalogOrFew() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ClusterSource source = watch(catalog -> {
            catalogs.add(catalog);
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        })) {
            first();
            server.apply(IntStream.range(0, 50).mapToObj(i -> service("s" + i)).collect(Collectors.joining()));
            assertThat(catalogs).isEmpty();
            go.countDown();
            Catalog next = first();
            until(now -> now.resources().all(Service.class).size() == 50);
            assertThat(next.changed()).hasSizeGreaterThan(1);
            assertThat(source).isNotNull();
        }
    }

    /** The statuses that we write come back to us. */
    @Test
    void aStatusIsNoChange() throws Exception {
        server.apply(route("one"));
        try (ClusterSource source = watch()) {
            first();
            server.apply(route("one") + "status: {parents: []}\n");
            server.apply(service("after"));
            Catalog next = until(now -> has(now, Service.class, "after"));
            assertThat(next.changed()).extracting(ObjectKey::kind).containsOnly("Service");
            assertThat(source).isNotNull();
        }
    }

    @Test
    void aKindThatIsInstalledLaterIsFollowedFromThen() throws Exception {
        // Older versions stay away: the mock would not show in one what was written in another.
        for (String version : List.of("v1", "v1alpha3", "v1alpha2")) {
            server.answer("/" + version + "/tlsroutes", 404);
        }
        server.apply(service("a"));
        try (ClusterSource source = watch()) {
            first();
            server.answer("/v1/tlsroutes", 0);
            server.apply("""
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: TLSRoute
                    metadata: {name: t, namespace: shop}
                    spec: {hostnames: [a.example], rules: [{backendRefs: [{name: a, port: 80}]}]}
                    """);
            until(now -> has(now, TlsRoute.class, "t"));
            assertThat(source).isNotNull();
        }
    }

    @Test
    void anOlderVersionWillDoWhereThereIsNoNewer() throws Exception {
        server.answer("/v1/tlsroutes", 404);
        server.apply("""
                apiVersion: gateway.networking.k8s.io/v1alpha3
                kind: TLSRoute
                metadata: {name: t, namespace: shop}
                spec: {hostnames: [a.example], rules: [{backendRefs: [{name: a, port: 80}]}]}
                """);
        try (ClusterSource source = watch()) {
            assertThat(has(first(), TlsRoute.class, "t")).isTrue();
            assertThat(source).isNotNull();
        }
    }

    /**
     * Where a bookmark says that they are, nothing is listed again. Of the other kinds some may be: a watch that ends within
     * two seconds and has told nothing is taken for one that is too old.
     */
    @Test
    void watchesThatEndBeginAgainWhereTheyWere() throws Exception {
        try (ClusterSource source = watch(PATIENT, catalogs::add)) {
            first();
            assertThat(Await.until(PATIENCE, () -> source.health().connected())).isTrue();
            assertThat(asked("watch")).isNotEmpty().allMatch(each -> each.uri().contains("allowWatchBookmarks=true"));
            long lists = lists();
            assertThat(Await.until(PATIENCE, () -> server.endWatches("/services?", "4711")))
                    .isTrue();
            assertThat(Await.until(PATIENCE, () -> isWatchedFrom("4711"))).isTrue();
            server.apply(service("a"));
            until(now -> has(now, Service.class, "a"));
            server.breakConnections();
            assertThat(Await.until(PATIENCE, () -> isWatchedFrom(version("a")))).isTrue();
            server.apply(service("b"));
            until(now -> has(now, Service.class, "b"));
            assertThat(lists()).isEqualTo(lists);
        }
    }

    private long lists() {
        return asked("list").stream()
                .filter(each -> each.resource().equals("services"))
                .count();
    }

    private boolean isWatchedFrom(String version) {
        return asked("watch").stream()
                .anyMatch(each ->
                        each.resource().equals("services") && each.uri().contains("resourceVersion=" + version + "&"));
    }

    private String version(String service) {
        return server.client()
                .services()
                .inNamespace("shop")
                .withName(service)
                .require()
                .getMetadata()
                .getResourceVersion();
    }

    private List<ApiRequest> asked(String verb) {
        return server.requests().stream()
                .filter(each -> each.verb().equals(verb))
                .toList();
    }

    /** 410: what happened in between cannot be told any more, and is found by listing again. */
    @Test
    void aWatchThatIsTooOldListsAgain() throws Exception {
        server.apply(service("a") + service("b"));
        try (ClusterSource source = watch()) {
            first();
            assertThat(Await.until(PATIENCE, () -> source.health().connected())).isTrue();
            server.answer("/services?allowWatchBookmarks=true", 410);
            server.breakConnections();
            server.delete("v1", "Service", "shop", "a");
            server.apply(service("c"));
            Catalog now = until(each -> has(each, Service.class, "c") && !has(each, Service.class, "a"));
            assertThat(has(now, Service.class, "b")).isTrue();
            server.answer("/services?allowWatchBookmarks=true", 0);
            server.apply(service("d"));
            until(each -> has(each, Service.class, "d"));
        }
    }

    /** When a machine is gone nobody says so: its connections stand for ever. */
    @Test
    void aWatchThatTellsNothingForLongIsNotBelieved() throws Exception {
        try (ClusterSource source = watch(DISTRUSTFUL, catalogs::add)) {
            first();
            assertThat(Await.until(PATIENCE, () -> source.health().connected())).isTrue();
            server.freezeConnections();
            server.apply(service("a"));
            until(each -> has(each, Service.class, "a"));
        }
    }

    @Test
    void anApiServerThatIsAwayChangesNothing() throws Exception {
        server.apply(service("a"));
        server.cut();
        try (ClusterSource source = watch()) {
            assertThat(source.health().complete()).isFalse();
            server.mend();
            assertThat(has(first(), Service.class, "a")).isTrue();
            assertThat(Await.until(PATIENCE, () -> source.health().connected())).isTrue();

            server.cut();
            assertThat(Await.until(PATIENCE, () -> !source.health().connected()))
                    .isTrue();
            assertThat(catalogs).isEmpty();
            server.mend();
            server.apply(service("b"));
            Catalog after = until(now -> has(now, Service.class, "b"));
            assertThat(has(after, Service.class, "a")).isTrue();
            assertThat(Await.until(PATIENCE, () -> source.health().connected())).isTrue();
        }
    }

    /** Half of what there is would be worse than nothing. */
    @Test
    void nothingIsHandedOverWhileSomethingMayNotBeRead() throws Exception {
        server.answer("/api/v1/secrets", 403);
        server.apply(service("a"));
        try (ClusterSource source = watch()) {
            assertThat(catalogs.poll(1, TimeUnit.SECONDS)).isNull();
            server.answer("/api/v1/secrets", 0);
            assertThat(has(first(), Service.class, "a")).isTrue();
            assertThat(source).isNotNull();
        }
    }

    @Test
    void aBrokenObjectKeepsWhatItSaidAndStopsNoOther() throws Exception {
        server.apply(route("one"));
        try (ClusterSource source = watch()) {
            first();
            server.apply(route("Not_A_Name") + "---\n" + service("other"));
            Catalog broken = until(now -> !now.unreadable().isEmpty() && has(now, Service.class, "other"));
            assertThat(ruleOf(broken)).isEqualTo("one");
            assertThat(broken.unreadable().get(0).resource().name()).isEqualTo("cart");
            assertThat(broken.findings())
                    .extracting(Finding::toString)
                    .singleElement()
                    .asString()
                    .startsWith("HTTPRoute shop/cart: spec.rules[0].name: error: InvalidValue: ");

            server.apply(route("two"));
            Catalog good = until(now -> ruleOf(now).equals("two"));
            assertThat(good.findings()).isEmpty();
            assertThat(good.unreadable()).isEmpty();
            server.apply(route("Not_A_Name"));
            until(now -> !now.unreadable().isEmpty());
            server.delete("gateway.networking.k8s.io/v1", "HTTPRoute", "shop", "cart");
            Catalog gone = until(now -> now.unreadable().isEmpty());
            assertThat(ruleOf(gone)).isEmpty();
            assertThat(gone.findings()).isEmpty();
            assertThat(source).isNotNull();
        }
    }

    @Test
    void ofSecretsOnlyWhatWeReadIsKept() throws Exception {
        server.apply("""
                apiVersion: v1
                kind: Secret
                metadata: {name: tls, namespace: shop}
                type: kubernetes.io/tls
                data: {tls.crt: YQ==, tls.key: YQ==, other: YQ==}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: registry, namespace: shop}
                type: kubernetes.io/dockerconfigjson
                data: {tls.crt: YQ==, .dockerconfigjson: e30=}
                """);
        try (ClusterSource source = watch()) {
            Catalog all = first();
            Secret tls = all.resources().find(Secret.class, "shop", "tls");
            assertThat(tls.data()).containsOnlyKeys("tls.crt", "tls.key");
            assertThat(all.resources().find(Secret.class, "shop", "registry").data())
                    .isEmpty();
            assertThat(source).isNotNull();
        }
    }

    /** The JDK's HTTP client ends its own thread when it is collected. */
    @Test
    void closingLeavesNoThread() throws Exception {
        ClusterSource source = watch();
        first();
        source.close();
        source.close();
        server.apply(service("late"));
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("torii-cluster", "torii-catalog");
        assertThat(catalogs).isEmpty();
    }
}
