package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.HashKey;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.LoadBalancing.Algorithm;
import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which endpoint a request goes to. */
class BalancingTest {

    private final TestProxy proxy = new TestProxy();
    private final List<MisbehavingBackend> backends = new ArrayList<>();

    @AfterEach
    void close() {
        proxy.close();
        backends.forEach(MisbehavingBackend::close);
    }

    private MisbehavingBackend backend(MisbehavingBackend.Behaviour behaviour) {
        MisbehavingBackend backend = MisbehavingBackend.start(behaviour);
        backends.add(backend);
        return backend;
    }

    private void serve(Algorithm algorithm, int... ports) {
        serve(algorithm, 0, ports);
    }

    private void serve(Algorithm algorithm, long slowStartMs, int... ports) {
        HashKey key = algorithm == Algorithm.CONSISTENT_HASH ? new HashKey(HashKey.Source.HEADER, "x-user") : null;
        LoadBalancing balancing = new LoadBalancing(algorithm, key, slowStartMs);
        proxy.cluster("b", Cluster.Protocol.HTTP1, balancing, ConnectionSettings.DEFAULT, ports)
                .clearRoutes()
                .route("/", "b")
                .apply();
    }

    private int[] wellBehaved(int n) {
        int[] ports = new int[n];
        for (int i = 0; i < n; i++) {
            ports[i] = backend(Behaviours.wellBehaved()).port();
        }
        return ports;
    }

    /** How many of so many requests, one after the other, each endpoint got. */
    private Map<String, Integer> shares(int requests) {
        Map<String, Integer> shares = new HashMap<>();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            for (int i = 0; i < requests; i++) {
                shares.merge(ask(client, "nobody"), 1, Integer::sum);
            }
        }
        return shares;
    }

    /** The endpoint that answered. */
    private String ask(RawHttp client, String user) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX-User: " + user + "\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(200);
        return proxy.record().endpoint();
    }

    @Test
    void roundRobinGivesEachItsTurn() {
        serve(Algorithm.ROUND_ROBIN, wellBehaved(3));
        assertThat(shares(30).values()).containsExactly(10, 10, 10);
    }

    @Test
    void randomIsEvenInTheLongRun() {
        serve(Algorithm.RANDOM, wellBehaved(3));
        // Seven standard deviations around a third.
        assertThat(shares(600).values()).hasSize(3).allMatch(share -> share > 119 && share < 281);
    }

    @Test
    void anEndpointThatJoinsOthersBeginsWithATenth() {
        int[] ports = wellBehaved(2);
        String joining = "127.0.0.1:" + ports[1];
        serve(Algorithm.RANDOM, 3_600_000L, ports[0]);
        assertThat(shares(1)).containsOnlyKeys("127.0.0.1:" + ports[0]);
        serve(Algorithm.RANDOM, 3_600_000L, ports);
        // A tenth of a half: 20 of 400, and nine standard deviations.
        assertThat(shares(400).get(joining)).isBetween(1, 60);
    }

    @Test
    void leastRequestSparesTheBusy() {
        MisbehavingBackend busy = backend(Behaviours.stalls());
        MisbehavingBackend quick = backend(Behaviours.wellBehaved());
        serve(Algorithm.LEAST_REQUEST, busy.port(), quick.port());
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            for (int i = 0; i < 40; i++) {
                int before = quick.requests().size();
                int all = i + 1;
                int stream = client.request("GET", "/");
                assertThat(Await.until(
                                Duration.ofSeconds(10),
                                () -> busy.requests().size() + quick.requests().size() == all))
                        .isTrue();
                if (quick.requests().size() > before) {
                    assertThat(client.answer(stream).status()).isEqualTo(200);
                }
            }
            assertThat(busy.requests().size()).isLessThanOrEqualTo(1);
            assertThat(quick.requests().size()).isGreaterThanOrEqualTo(39);
        }
    }

    @Test
    void aKeyStaysWithItsEndpointAndOnlyThoseOfALostOneMove() {
        int[] four = wellBehaved(4);
        serve(Algorithm.CONSISTENT_HASH, four);
        Map<String, String> first = owners(400);
        Map<String, Integer> shares = new HashMap<>();
        first.values().forEach(owner -> shares.merge(owner, 1, Integer::sum));
        assertThat(shares.values()).hasSize(4).allMatch(share -> share > 40 && share < 200);
        assertThat(owners(400)).isEqualTo(first);
        serve(Algorithm.CONSISTENT_HASH, four[0], four[1], four[3]);
        String lost = "127.0.0.1:" + four[2];
        owners(400).forEach((user, owner) -> {
            if (first.get(user).equals(lost)) {
                assertThat(owner).isNotEqualTo(lost);
            } else {
                assertThat(owner).as(user).isEqualTo(first.get(user));
            }
        });
        // The order in which endpoints are listed does not matter, and who comes back gets its keys back.
        serve(Algorithm.CONSISTENT_HASH, four[3], four[2], four[1], four[0]);
        assertThat(owners(400)).isEqualTo(first);
    }

    private Map<String, String> owners(int users) {
        Map<String, String> owners = new HashMap<>();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            for (int i = 0; i < users; i++) {
                owners.put("user-" + i, ask(client, "user-" + i));
            }
        }
        return owners;
    }

    /** Whoever cannot be reached is left out for a moment: requests do not pay for finding out each time. */
    @Test
    void anUnreachableEndpointCostsNoRequest() {
        int dead = FreePort.find();
        for (Algorithm algorithm : Algorithm.values()) {
            MisbehavingBackend alive = backend(Behaviours.wellBehaved());
            serve(algorithm, dead, alive.port());
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                for (int i = 0; i < 20; i++) {
                    assertThat(ask(client, "user-" + i)).isEqualTo("127.0.0.1:" + alive.port());
                }
            }
        }
    }
}
