package dev.torii.control.provision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ResourceSet;
import dev.torii.control.api.ClusterApi;
import dev.torii.control.api.MockApi;
import dev.torii.control.api.Worklist;
import dev.torii.testkit.Await;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is made, kept and deleted, and what is left alone. */
final class ProvisionerTest {

    private static final ObjectKey WEB = new ObjectKey("Gateway", "shop", "web");
    private static final String SERVICE = "/api/v1/namespaces/shop/services/web-torii";
    private static final String ACCOUNT = "/api/v1/namespaces/shop/serviceaccounts/web-torii";
    private static final String DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments/web-torii";
    private static final Worklist.Pause PAUSE = new Worklist.Pause(Duration.ofMillis(20), Duration.ofMillis(100));

    private final MockApi cluster = new MockApi();
    private final AtomicBoolean leads = new AtomicBoolean(true);
    private final ClusterApi api = new ClusterApi(cluster.client(), Duration.ofSeconds(5), leads::get);
    private final AtomicInteger changes = new AtomicInteger();
    private Provisioner provisioner = provisioner();

    private Provisioner provisioner() {
        return new Provisioner(cluster.client(), api, PlansTest.SETTINGS, PAUSE, changes::incrementAndGet);
    }

    @BeforeEach
    void gatewayExists() {
        create("""
                {"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",
                 "metadata":{"namespace":"shop","name":"web"},"spec":{}}""");
    }

    @AfterEach
    void end() {
        provisioner.close();
        cluster.close();
    }

    @Test
    void allIsMadeOnceAndAddressesAreTold() throws Exception {
        plan(own("80"));
        until(() -> provisioner.writes() == 4);
        JsonNode deployment = get(DEPLOYMENT);
        assertThat(deployment.at("/metadata/ownerReferences/0/name").asText()).isEqualTo("web");
        assertThat(deployment.at("/spec/template/spec/containers/0/image").asText())
                .isEqualTo("torii:1");
        until(() -> provisioner.of(WEB) != null);
        assertThat(reason()).isEqualTo("AddressNotAssigned");

        balance("203.0.113.7");
        until(() -> reason().isEmpty());
        assertThat(Objects.requireNonNull(provisioner.of(WEB)).addresses().toString())
                .contains("203.0.113.7");

        // Whoever leads next finds all as it should be.
        provisioner.close();
        provisioner = provisioner();
        plan(own("80"));
        until(() -> reason().isEmpty());
        provisioner.close();
        assertThat(cluster.asked("PATCH /api"))
                .as("and the Service's status was the test's")
                .isEqualTo(4 + 1);
    }

    @Test
    void aPortMoreIsOneWriteAndAPortLessIsRemoved() throws Exception {
        plan(own("80"));
        until(() -> provisioner.writes() == 4);
        plan(PlansTest.CLASS
                + PlansTest.gateway(
                        "torii", "{name: a, port: 80, protocol: HTTP}, {name: b, port: 81, protocol: HTTP}"));
        until(() -> provisioner.writes() == 5);
        assertThat(get(SERVICE).at("/spec/ports").findValuesAsText("port")).containsExactly("80", "81");
        plan(own("81"));
        until(() -> provisioner.writes() == 6);
        assertThat(get(SERVICE).at("/spec/ports").findValuesAsText("port")).containsExactly("81");
    }

    @Test
    void whatIsNoLongerGivenIsTakenBack() throws Exception {
        plan(own("80") + "  infrastructure: {labels: {team: blue}, annotations: {cost: x}}\n");
        until(() -> provisioner.writes() == 4);
        plan(own("80"));
        until(() -> provisioner.writes() == 8);
        assertThat(get(SERVICE).at("/metadata/labels").has("team")).isFalse();
        assertThat(get(DEPLOYMENT).at("/metadata/annotations").has("cost")).isFalse();
    }

    @Test
    void whatOthersChangeOrDeleteIsMended() throws Exception {
        plan(own("80"));
        until(() -> provisioner.writes() == 4);
        cluster.client()
                .apps()
                .deployments()
                .inNamespace("shop")
                .withName("web-torii")
                .scale(0);
        until(() -> replicas() == 2);
        cluster.client().services().inNamespace("shop").withName("web-torii").delete();
        until(() -> !get(SERVICE).isMissingNode() && get(SERVICE).has("spec"));
    }

    @Test
    void aStrangersObjectIsLeftAloneAndTold() throws Exception {
        cluster.client()
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("web-torii")
                        .endMetadata()
                        .withNewSpec()
                        .withType("ClusterIP")
                        .endSpec()
                        .build())
                .create();
        String version = get(SERVICE).at("/metadata/resourceVersion").asText();
        plan(own("80"));
        until(() -> reason().equals("Invalid"));
        assertThat(Objects.requireNonNull(provisioner.of(WEB)).problem().message())
                .contains("Service shop/web-torii exists and is not of this Gateway");
        assertThat(get(SERVICE).at("/metadata/resourceVersion").asText()).isEqualTo(version);
        assertThat(provisioner.writes()).as("nothing is made by halves").isZero();

        cluster.client().services().inNamespace("shop").withName("web-torii").delete();
        until(() -> provisioner.writes() == 4);
        until(() -> reason().equals("AddressNotAssigned"));
    }

    @Test
    void whatAnotherControllerTakesOverIsDeletedAndNothingElse() throws Exception {
        plan(own("80"));
        until(() -> provisioner.writes() == 4);
        cluster.client()
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("web")
                        .addToLabels("app.kubernetes.io/managed-by", "torii")
                        .endMetadata()
                        .build())
                .create();
        plan(PlansTest.CLASS.replace("torii.dev/gateway-controller", "example.com/theirs")
                + PlansTest.gateway("torii", "{name: a, port: 80, protocol: HTTP}"));
        until(() -> provisioner.writes() == 8);
        assertThat(get(SERVICE).has("spec")).isFalse();
        assertThat(get(DEPLOYMENT).has("spec")).isFalse();
        assertThat(get("/api/v1/namespaces/shop/services/web").has("metadata")).isTrue();
    }

    @Test
    void withoutTheGatewayNothingIsMade() {
        cluster.client()
                .genericKubernetesResources("gateway.networking.k8s.io/v1", "Gateway")
                .inNamespace("shop")
                .withName("web")
                .delete();
        plan(own("80"));
        until(() -> cluster.asked("GET /apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways/web") > 0);
        provisioner.close();
        assertThat(cluster.asked("PATCH")).isZero();
    }

    @Test
    void whoDoesNotLeadWritesNothing() {
        leads.set(false);
        plan(own("80"));
        until(() -> cluster.asked("GET " + SERVICE) > 1);
        assertThat(cluster.asked("PATCH")).isZero();
        leads.set(true);
        until(() -> provisioner.writes() == 4);

        leads.set(false);
        long looks = cluster.asked("GET " + ACCOUNT);
        plan(PlansTest.CLASS.replace("torii.dev/gateway-controller", "example.com/theirs")
                + PlansTest.gateway("torii", "{name: a, port: 80, protocol: HTTP}"));
        until(() -> cluster.asked("GET " + ACCOUNT) > looks + 3);
        assertThat(cluster.asked("DELETE")).isZero();
        leads.set(true);
        until(() -> provisioner.writes() == 8);
    }

    private static String own(String port) {
        return PlansTest.CLASS + PlansTest.gateway("torii", "{name: a, port: " + port + ", protocol: HTTP}");
    }

    private void plan(String manifests) {
        ResourceSet resources = PlansTest.resources(manifests);
        provisioner.plan(resources, PlansTest.review(resources));
    }

    private String reason() {
        Provision provision = provisioner.of(WEB);
        return provision == null ? "nothing yet" : provision.problem().reason();
    }

    private int replicas() {
        return get(DEPLOYMENT).at("/spec/replicas").asInt();
    }

    private void balance(String address) throws InterruptedException {
        ObjectNode patch = new ObjectMapper().createObjectNode();
        patch.putObject("status")
                .putObject("loadBalancer")
                .putArray("ingress")
                .addObject()
                .put("ip", address);
        assertThat(api.merge(SERVICE + "/status", patch).isGood()).isTrue();
    }

    private ObjectNode get(String path) {
        try {
            return api.get(path).body();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void create(String json) {
        GenericKubernetesResource object =
                cluster.client().getKubernetesSerialization().unmarshal(json, GenericKubernetesResource.class);
        cluster.client()
                .genericKubernetesResources("gateway.networking.k8s.io/v1", "Gateway")
                .resource(object)
                .create();
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(20), condition)).isTrue();
    }
}
