package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.ManifestReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The CPU time that five thousand routes to as many Services take, whatever else runs here. The budget is 300 ms. */
class ScaleTest {

    private static final int ROUTES = 5_000;

    @Test
    void compilesThousandsOfRoutesQuickly() {
        ResourceSet resources = ManifestReader.parse("test.yaml", manifests()).resources();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        Compiled compiled = new SnapshotCompiler().compile(resources);
        for (int round = 0; round < 10; round++) {
            long start = threads.getCurrentThreadCpuTime();
            compiled = new SnapshotCompiler().compile(resources);
            best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
        }
        System.out.println("compiling " + ROUTES + " routes: " + best / 1_000_000 + " ms of CPU");
        assertThat(compiled.findings()).isEmpty();
        assertThat(compiled.snapshot().clusters()).hasSize(ROUTES);
        assertThat(best / 1_000_000).isLessThan(300);
    }

    private static String manifests() {
        List<String> documents = new ArrayList<>();
        documents.add(gateway("gw", "- {name: http, port: 80, protocol: HTTP}"));
        for (int i = 0; i < ROUTES; i++) {
            documents.add(httpRoute(
                    "r" + i,
                    "parentRefs: [{name: gw}]",
                    "hostnames: [h" + i + ".example]",
                    "rules:",
                    "- matches: [{path: {value: /api}}, {path: {type: Exact, value: /}, method: GET}]",
                    "  backendRefs: [{name: s" + i + ", port: 8080}]"));
            documents.add(service("s" + i));
        }
        return String.join("\n---\n", documents);
    }
}
