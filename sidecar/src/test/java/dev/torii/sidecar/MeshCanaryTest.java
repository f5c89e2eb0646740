package dev.torii.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.upstream.Hashing;
import dev.torii.routing.Backend;
import dev.torii.routing.Target;
import dev.torii.routing.WeightedPick;
import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.ConfigFolder;
import dev.torii.testkit.Crowd;
import dev.torii.testkit.MisbehavingBackend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A canary behind a Service, by a route of the Service (GAMMA): what callers' sidecars do. */
class MeshCanaryTest {

    private static final int USERS = 500;

    private final long seed = System.nanoTime();
    private final List<String> users = Crowd.strangers(USERS, seed);

    private static MisbehavingBackend version(String name) {
        return MisbehavingBackend.start(
                Behaviours.answers("HTTP/1.1 200 OK\r\ncontent-length: " + name.length() + "\r\n\r\n" + name));
    }

    private static String split(int percent) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: cart, namespace: shop, annotations: {torii.dev/split-by: "header:x-user"}}
                spec:
                  parentRefs: [{group: "", kind: Service, name: cart}]
                  rules:
                  - filters: [{type: RequestMirror, requestMirror: {backendRef: {name: shadow, port: 80}}}]
                    backendRefs: [{name: v1, port: 80, weight: @OLD@}, {name: v2, port: 80, weight: @NEW@}]
                """.replace("@OLD@", Integer.toString(100 - percent)).replace("@NEW@", Integer.toString(percent));
    }

    private Set<String> belongTo(int percent) {
        WeightedPick pick = WeightedPick.of(List.of(backend("v1", 100 - percent), backend("v2", percent)));
        return users.stream()
                .filter(user -> pick.pickByKey(Hashing.hash(user)) == 1)
                .collect(Collectors.toSet());
    }

    private static Backend backend(String service, int weight) {
        return new Backend(weight, new Target.ToCluster("shop/" + service + ":80"), List.of());
    }

    /** The same users as at a gateway that splits the same Services: key, Service names and share are all that counts. */
    @Test
    void theShareGrowsUnderLoadAndNobodyFallsBack() {
        System.out.println("MeshCanaryTest: seed " + seed);
        try (MisbehavingBackend v1 = version("v1");
                MisbehavingBackend v2 = version("v2");
                MisbehavingBackend shadow = MisbehavingBackend.start(Behaviours.resets());
                ConfigFolder folder = new ConfigFolder()) {
            String services = String.join(
                    "---\n",
                    MeshYaml.service("cart", v1.port()),
                    MeshYaml.service("v1", v1.port()),
                    MeshYaml.service("v2", v2.port()),
                    MeshYaml.service("shadow", shadow.port()));
            folder.turnTo(Map.of("services", services, "canary", split(0)));
            try (TestSidecar caller = TestSidecar.start(folder.path(), "shop", "web")) {
                Crowd crowd = new Crowd(
                        users,
                        caller.outbound(),
                        user -> "GET http://cart/ HTTP/1.1\r\nHost: cart\r\nX-User: " + user + "\r\n\r\n");
                assertThat(crowd.ask(1).on("v1")).hasSize(USERS);
                for (int percent : new int[] {1, 10, 50, 100}) {
                    String before = served(caller);
                    folder.turnTo(Map.of("services", services, "canary", split(percent)));
                    assertThat(Await.until(Duration.ofSeconds(20), () -> {
                                crowd.ask(1);
                                return !served(caller).equals(before);
                            }))
                            .isTrue();
                    Crowd.Round round = crowd.ask(2);
                    assertThat(round.on("v2")).isEqualTo(belongTo(percent));
                    assertThat(round.on("v1")).hasSize(USERS - round.on("v2").size());
                }
                assertThat(crowd.failures()).isEmpty();
                assertThat(crowd.moves()).containsOnly("v1 to v2").hasSize(USERS);
                assertThat(shadow.requests()).isNotEmpty();
                eachVersionIsCounted(caller, crowd);
            }
        }
    }

    private static void eachVersionIsCounted(TestSidecar caller, Crowd crowd) {
        for (String version : List.of("v1", "v2")) {
            String series = "http_server_request_duration_seconds_count{http_response_status_code=\"200\","
                    + "http_route=\"shop/cart/0\",torii_flag=\"\",torii_role=\"outbound\",torii_service=\"shop/"
                    + version + "\"} " + crowd.answers(version);
            assertThat(Await.until(
                            Duration.ofSeconds(10),
                            () -> metrics(caller).lines().anyMatch(series::equals)))
                    .as(series)
                    .isTrue();
        }
    }

    private static String metrics(TestSidecar sidecar) {
        return sidecar.admin("GET /metrics").body();
    }

    private static String served(TestSidecar sidecar) {
        return metrics(sidecar)
                .lines()
                .filter(line -> line.startsWith("torii_snapshot_info"))
                .findFirst()
                .orElseThrow();
    }
}
