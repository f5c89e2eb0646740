package dev.torii.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Document;
import dev.torii.config.source.DocumentReader;
import java.lang.management.ManagementFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InventoryTest {

    private static final int SERVICES = 5_000;
    private static final int ENDPOINTS = 10;
    private static final int ROUNDS = 30;
    private static final String SERVICE = """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"s@","namespace":"shop"},"spec":{"ports":[{"port":80}]}}""";
    private static final String SLICE = """
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4","metadata":{"name":"s@-x",
            "namespace":"shop","labels":{"kubernetes.io/service-name":"s@"}},"ports":[{"port":8080}],"endpoints":[#]}""";

    private final Inventory inventory = new Inventory();

    private void put(String json) {
        var parsed = DocumentReader.read(json);
        Document document = parsed.document();
        inventory.put(ObjectKey.of(document.resource()), parsed);
    }

    private static String slice(int service, int generation) {
        String endpoints = IntStream.range(0, ENDPOINTS)
                .mapToObj(i -> "{\"addresses\":[\"10." + (service >> 8) + "." + (service & 255) + "."
                        + (i + generation % 200) + "\"],\"conditions\":{\"ready\":true}}")
                .collect(Collectors.joining(","));
        return SLICE.replace("@", Integer.toString(service)).replace("#", endpoints);
    }

    /** CPU of one thread, the best of several: what else this machine does is not counted. */
    @Test
    void aChangeOfOneEndpointCostsLittleAmongFiftyThousand() {
        for (int i = 0; i < SERVICES; i++) {
            put(SERVICE.replace("@", Integer.toString(i)));
            put(slice(i, 0));
        }
        Catalog before = inventory.catalog();
        assertThat(before.documents()).hasSize(2 * SERVICES);
        var threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        for (int round = 1; round <= ROUNDS; round++) {
            long start = threads.getCurrentThreadCpuTime();
            put(slice(17 * round, round));
            Catalog now = inventory.catalog();
            best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
            assertThat(now.changed()).containsExactly(new ObjectKey("EndpointSlice", "shop", "s" + 17 * round + "-x"));
        }
        System.out.println(
                "InventoryTest: a catalog of " + 2 * SERVICES + " objects takes " + best / 1000 + " us of CPU");
        assertThat(best).isLessThan(50_000_000);
    }
}
