package dev.torii.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.torii.config.cluster.ClusterSource;
import dev.torii.config.resource.ObjectKey;
import dev.torii.control.provision.ProvisionSettings;
import dev.torii.control.stream.Programmed;
import dev.torii.testkit.Await;
import dev.torii.testkit.cases.Case;
import dev.torii.testkit.cases.CaseBackends;
import dev.torii.testkit.cases.CaseCertificates;
import dev.torii.testkit.cases.CaseFiles;
import dev.torii.testkit.cases.ClusterRun;
import dev.torii.testkit.cases.ObjectName;
import dev.torii.testkit.cases.StatusLine.Fact;
import dev.torii.testkit.cases.Step;
import dev.torii.testkit.cases.Symbols;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The cluster half of {@code src/cases}: their manifests are objects of an API server (a real one where {@code
 * KUBEBUILDER_ASSETS} and {@code GATEWAY_API_CRDS} name it), which control's leader follows, and what it writes there is what
 * they say, of the generation that there is. Those are played that edit something, ask for nothing, or say more than that all
 * is well. Then what only a cluster has: addresses, and what is made for a Gateway. {@code
 * -Dcase=GLOB} picks some.
 */
final class ClusterCasesTest {

    private static final CaseFiles FILES = CaseFiles.find();
    private static final Symbols SYMBOLS = new CaseCertificates().or(CaseBackends.nobody());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String GATEWAY = "gateway.networking.k8s.io/v1";

    private static final Kind CLASSES = new Kind(GATEWAY, "GatewayClass");
    private static final Kind GATEWAYS = new Kind(GATEWAY, "Gateway");
    private static final Kind ROUTES = new Kind(GATEWAY, "HTTPRoute");
    private static final Kind DEPLOYMENT = new Kind("apps/v1", "Deployment");
    private static final List<Kind> MADE = List.of(
            new Kind("v1", "ServiceAccount"),
            DEPLOYMENT,
            new Kind("policy/v1", "PodDisruptionBudget"),
            new Kind("v1", "Service"));

    private record Kind(String apiVersion, String name) {}

    /** Played at a time, each in namespaces of its own: most of a case's time is waiting. */
    private static final int AT_A_TIME = 8;

    private static final AtomicInteger WORLDS = new AtomicInteger();

    private static ApiServer server;
    private static KubernetesClient ours;
    private static Reviews reviews;
    private static ClusterSource source;
    private static LoadBalancers balancers;
    private static ExecutorService players;

    @BeforeAll
    static void start() {
        server = ApiServer.start();
        server.apply("{apiVersion: v1, kind: Namespace, metadata: {name: torii-system}}");
        ours = server.newClient();
        balancers = new LoadBalancers(server.client());
        reviews = new Reviews(
                new AllServe(),
                () -> true,
                List.of(Reconciliation.maker(
                        ours, new ProvisionSettings("torii-system", "torii:1", "https://torii-control:15010"))),
                true);
        reviews.lead();
        source = ClusterSource.watch(ours, ClusterSource.Settings.USUAL, reviews::catalog);
        players = Executors.newFixedThreadPool(AT_A_TIME);
    }

    @AfterAll
    static void stop() {
        players.shutdownNow();
        source.close();
        reviews.close();
        balancers.close();
        ours.close();
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        Map<Case, CompletableFuture<List<String>>> played = new TreeMap<>(Comparator.comparing(Case::name));
        FILES.all(System.getProperty("case", "*")).stream()
                .filter(each -> isAboutStatus(each) && !saysHowOld(each))
                .forEach(each -> played.put(each, CompletableFuture.supplyAsync(() -> play(each), players)));
        return played.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(
                        each.getKey().name(),
                        each.getKey().file().toUri(),
                        () -> assertThat(each.getValue().get()).isEmpty()));
    }

    /** Of the others the requests show all that there is: nothing is edited, and all is well. */
    private static boolean isAboutStatus(Case each) {
        boolean edited =
                each.steps().stream().filter(Step.Apply.class::isInstance).count() > 1;
        boolean asked = each.has(Step.Requests.class) || each.has(Step.Calls.class);
        return each.has(Step.Status.class) && (edited || !asked || saysMoreThanTrue(each));
    }

    private static boolean saysMoreThanTrue(Case each) {
        return each.steps().stream()
                .flatMap(step -> step instanceof Step.Status status ? status.lines().stream() : Stream.empty())
                .flatMap(line -> line.facts().stream())
                .anyMatch(fact -> !(fact instanceof Fact.Condition condition && condition.status()));
    }

    /** Which in a cluster is for the API server to say. */
    private static boolean saysHowOld(Case each) {
        return each.steps().stream()
                .flatMap(step -> step instanceof Step.Apply apply ? apply.body().stream() : Stream.empty())
                .anyMatch(line -> line.contains("creationTimestamp"));
    }

    private static List<String> play(Case each) {
        CaseWorld world = world();
        List<String> failures = ClusterRun.play(each, FILES, SYMBOLS, world, PATIENCE);
        world.clear();
        return failures;
    }

    private static CaseWorld world() {
        return new CaseWorld(server, "w" + WORLDS.incrementAndGet() + "-");
    }

    /** The suite's GatewayInfrastructure, and that an edit comes through, also of what is taken away. */
    @Test
    void whatAGatewaySaysOfItsInfrastructureIsOnAllThatIsMade() {
        CaseWorld world = world();
        world.apply(gateway("infra", "infrastructure: {labels: {key2: value2}, annotations: {key1: value1}}"));
        for (Kind made : MADE) {
            until(world, made, "infra-torii", "/metadata/labels/key2", "value2");
            until(world, made, "infra-torii", "/metadata/annotations/key1", "value1");
            until(world, made, "infra-torii", "/metadata/labels/gateway.networking.k8s.io~1gateway-name", "infra");
        }
        until(world, DEPLOYMENT, "infra-torii", "/spec/template/metadata/labels/key2", "value2");
        until(world, DEPLOYMENT, "infra-torii", "/spec/template/metadata/annotations/key1", "value1");

        world.apply(gateway("infra", "infrastructure: {labels: {key2: other}}"));
        for (Kind made : MADE) {
            until(world, made, "infra-torii", "/metadata/labels/key2", "other");
            until(world, made, "infra-torii", "/metadata/annotations/key1", "");
        }
        until(world, DEPLOYMENT, "infra-torii", "/spec/template/metadata/labels/key2", "other");
        until(world, DEPLOYMENT, "infra-torii", "/spec/template/metadata/annotations/key1", "");
        world.clear();
    }

    /** The addresses of the suite's GatewayStaticAddresses: one that can be had, one that cannot; and of OptionalAddressValue. */
    @Test
    void anAddressIsAskedForAndTold() {
        CaseWorld world = world();
        world.apply(gateway(
                "web", "addresses: [{type: IPAddress, value: 192.0.2.1}, {type: IPAddress, value: 192.0.2.2}]"));
        until(world, GATEWAYS, "web", "/status/conditions/Programmed", "False AddressNotUsable 1");
        until(world, GATEWAYS, "web", "/status/conditions/Accepted", "True Accepted 1");
        world.apply(gateway("web", "addresses: [{type: IPAddress, value: 192.0.2.1}]"));
        until(world, GATEWAYS, "web", "/status/conditions/Programmed", "True Programmed 2");
        until(world, GATEWAYS, "web", "/status/addresses/0/value", "192.0.2.1");
        until(world, GATEWAYS, "web", "/status/addresses/1/value", "");

        world.apply(gateway("any", "addresses: [{type: IPAddress}]"));
        until(world, GATEWAYS, "any", "/status/conditions/Programmed", "True Programmed 1");
        until(world, GATEWAYS, "any", "/status/addresses/0/type", "IPAddress");
        until(world, GATEWAYS, "any", "/status/addresses/0/value", LoadBalancers.USUAL);
        world.clear();
    }

    /** Deleted or not: the Gateways first. */
    @Test
    void aClassStaysWhileAGatewayUsesIt() {
        String finalizer = "gateway-exists-finalizer.gateway.networking.k8s.io";
        CaseWorld world = world();
        world.apply(gateway("web", ""));
        until(world, CLASSES, world.className(), "/metadata/finalizers/0", finalizer);
        server.delete(GATEWAY, "GatewayClass", "", world.className());
        assertThat(at(world.get(GATEWAY, "GatewayClass", "", world.className()), "/metadata/deletionTimestamp"))
                .isNotEmpty();
        world.delete("Gateway", new ObjectName("shop", "web"));
        until(world, CLASSES, world.className(), "/metadata/name", "");
        world.clear();
    }

    /** An API server takes what no regex of ours is; the route is told so. */
    @Test
    void whatCannotBeReadIsTold() {
        CaseWorld world = world();
        world.apply(gateway("web", ""));
        world.apply(route("/readable"));
        until(world, ROUTES, "r", "/status/parents/0/conditions/Accepted", "True Accepted 1");
        world.apply(route("(broken"));
        until(world, ROUTES, "r", "/status/parents/0/conditions/Accepted", "False UnsupportedValue 2");
        world.apply(route("/readable"));
        until(world, ROUTES, "r", "/status/parents/0/conditions/Accepted", "True Accepted 3");
        world.clear();
    }

    /** What the CRDs are annotated with is told of a class, also when they are replaced. */
    @Test
    void whichGatewayApiIsInstalledIsTold() {
        CaseWorld world = world();
        if (!server.isReal()) {
            server.apply("""
                    apiVersion: apiextensions.k8s.io/v1
                    kind: CustomResourceDefinition
                    metadata:
                      name: gatewayclasses.gateway.networking.k8s.io
                      annotations: {gateway.networking.k8s.io/bundle-version: v1.6.1}
                    spec:
                      group: gateway.networking.k8s.io
                      scope: Cluster
                      names: {kind: GatewayClass, plural: gatewayclasses, singular: gatewayclass}
                      versions: [{name: v1, served: true, storage: true}]
                    """);
        }
        until(world, CLASSES, world.className(), "/status/conditions/SupportedVersion", "True SupportedVersion 1");
        annotate("v0.8.1");
        until(world, CLASSES, world.className(), "/status/conditions/SupportedVersion", "False UnsupportedVersion 1");
        annotate("v1.6.1");
        until(world, CLASSES, world.className(), "/status/conditions/SupportedVersion", "True SupportedVersion 1");
        world.clear();
    }

    private static void annotate(String version) {
        server.of("apiextensions.k8s.io/v1", "CustomResourceDefinition")
                .withName("gatewayclasses.gateway.networking.k8s.io")
                .edit(definition -> {
                    definition.getMetadata().getAnnotations().put("gateway.networking.k8s.io/bundle-version", version);
                    return definition;
                });
    }

    private static String gateway(String name, String more) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: NAME, namespace: shop}
                spec:
                  gatewayClassName: torii
                  MORE
                  listeners: [{name: http, port: 80, protocol: HTTP}]
                """.replace("NAME", name).replace("MORE", more);
    }

    private static String route(String regex) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r, namespace: shop}
                spec:
                  parentRefs: [{name: web}]
                  rules: [{matches: [{path: {type: RegularExpression, value: "REGEX"}}]}]
                """.replace("REGEX", regex);
    }

    private static void until(CaseWorld world, Kind kind, String name, String path, String wanted) {
        AtomicReference<String> last = new AtomicReference<>("");
        boolean came = Await.until(PATIENCE, ClusterRun.BETWEEN_LOOKS, () -> {
            last.set(at(world.get(kind.apiVersion(), kind.name(), "shop", name), path));
            return last.get().equals(wanted);
        });
        assertThat(came)
                .as("%s %s %s is %s, not %s", kind.name(), name, path, last.get(), wanted)
                .isTrue();
    }

    /** The text at a JSON pointer; {@code STATUS REASON GENERATION} of what {@code …/conditions/TYPE} names. */
    private static String at(JsonNode object, String path) {
        int type = path.indexOf("/conditions/");
        if (type < 0) {
            return object.at(path).asText();
        }
        for (JsonNode each : object.at(path.substring(0, type) + "/conditions")) {
            if (path.endsWith("/" + each.path("type").asText())) {
                return each.path("status").asText() + " " + each.path("reason").asText() + " "
                        + each.path("observedGeneration").asText();
            }
        }
        return "";
    }

    /** Proxies that serve whatever there is: what they say is no concern of these cases. */
    private static final class AllServe implements Programmed {

        @Override
        public State of(ObjectKey gateway, long generation) {
            return new State(Kind.SERVED, List.of());
        }

        @Override
        public void onChange(Runnable told) {
            // Nothing ever changes.
        }
    }

    /** What a cluster does for the Services that are made: one gets the address that it asks for, if there is such a one. */
    private static final class LoadBalancers implements ResourceEventHandler<Service>, AutoCloseable {

        static final String USUAL = "203.0.113.7";

        private final KubernetesClient client;
        private final SharedIndexInformer<Service> services;

        LoadBalancers(KubernetesClient client) {
            this.client = client;
            this.services = client.services()
                    .inAnyNamespace()
                    .withLabel("app.kubernetes.io/managed-by", "torii")
                    .inform(this);
        }

        @Override
        public void onAdd(Service service) {
            boolean balanced = service.getSpec().getType().equals("LoadBalancer");
            boolean has = balanced
                    ? service.getStatus() != null
                            && service.getStatus().getLoadBalancer() != null
                            && !service.getStatus()
                                    .getLoadBalancer()
                                    .getIngress()
                                    .isEmpty()
                    : service.getSpec().getClusterIPs() != null
                            && !service.getSpec().getClusterIPs().isEmpty();
            if (!has) {
                give(service, balanced);
            }
        }

        private void give(Service service, boolean balanced) {
            var resource = client.services().resource(service);
            String asked = service.getSpec().getLoadBalancerIP();
            if (balanced) {
                resource.editStatus(now -> new ServiceBuilder(now)
                        .editOrNewStatus()
                        .withNewLoadBalancer()
                        .addNewIngress()
                        .withIp(asked == null ? USUAL : asked)
                        .endIngress()
                        .endLoadBalancer()
                        .endStatus()
                        .build());
            } else {
                // Only the mock leaves one without.
                resource.edit(now -> new ServiceBuilder(now)
                        .editSpec()
                        .withClusterIPs("10.96.0.10")
                        .endSpec()
                        .build());
            }
        }

        @Override
        public void onUpdate(Service before, Service now) {
            onAdd(now);
        }

        @Override
        public void onDelete(Service service, boolean unseen) {
            // Its address goes with it.
        }

        @Override
        public void close() {
            services.close();
        }
    }
}
