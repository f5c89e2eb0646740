package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.ManifestReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The CPU time that five thousand routes, or Services of a mesh, take, whatever else runs here. The budget is 300 ms. */
class ScaleTest {

    private static final int ROUTES = 5_000;
    private static final int SERVICES = 5_000;
    private static final int ENDPOINTS = 10;

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

    /** What an edit of one costs whoever has compiled the others before, and that it makes no other difference. */
    @Test
    void compilesAgainForLess() {
        ResourceSet before = ManifestReader.parse("test.yaml", manifests()).resources();
        ResourceSet after = edited(before);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        SnapshotCompiler same = new SnapshotCompiler();
        long fresh = Long.MAX_VALUE;
        long again = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            ResourceSet next = round % 2 == 0 ? before : after;
            long start = threads.getCurrentThreadCpuTime();
            Compiled anew = new SnapshotCompiler().compile(next);
            long middle = threads.getCurrentThreadCpuTime();
            Compiled edit = same.compile(next);
            long end = threads.getCurrentThreadCpuTime();
            assertThat(edit.snapshot().version()).isEqualTo(anew.snapshot().version());
            fresh = Math.min(fresh, middle - start);
            again = round == 0 ? again : Math.min(again, end - middle);
        }
        System.out.println("compiling " + ROUTES + " routes, one of them edited: " + again / 1_000_000
                + " ms of CPU, anew " + fresh / 1_000_000);
        assertThat(same.compile(before).snapshot().version())
                .isNotEqualTo(same.compile(after).snapshot().version());
        assertThat(again / 1_000_000).isLessThan(300);
    }

    private static ResourceSet edited(ResourceSet resources) {
        List<Resource> all = new ArrayList<>(ManifestReader.parse(
                        "edit.yaml",
                        httpRoute("r7", "parentRefs: [{name: gw}]", "rules: [{backendRefs: [{name: s8, port: 8080}]}]"))
                .resources()
                .all());
        all.addAll(resources.all());
        return ResourceSet.of(all);
    }

    /** A sidecar in a mesh of thousands compiles what it may call, of which routes are few. */
    @Test
    void compilesThousandsOfServicesQuickly() {
        ResourceSet resources = ManifestReader.parse("test.yaml", mesh()).resources();
        SidecarView view = new SidecarView("shop", "s0", List.of());
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        Compiled compiled = new SnapshotCompiler().compile(resources, view);
        for (int round = 0; round < 10; round++) {
            long start = threads.getCurrentThreadCpuTime();
            compiled = new SnapshotCompiler().compile(resources, view);
            best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
        }
        System.out.println("compiling " + SERVICES + " services for a sidecar: " + best / 1_000_000 + " ms of CPU");
        assertThat(compiled.findings()).isEmpty();
        assertThat(compiled.snapshot().clusters()).as("nothing was called").containsOnlyKeys("shop/s0:8080#inbound");
        assertThat(compiled.snapshot().mesh().known()).as("nothing was called").isEmpty();
        assertThat(compiled.snapshot().mesh().destinations()).hasSize(SERVICES);
        assertThat(compiled.snapshot().cluster("shop/s7:80").endpoints()).hasSize(ENDPOINTS);
        assertThat(best / 1_000_000).isLessThan(300);
    }

    private static String mesh() {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            StringBuilder endpoints = new StringBuilder();
            for (int j = 0; j < ENDPOINTS; j++) {
                endpoints
                        .append("- addresses: [10.")
                        .append(i / 250)
                        .append('.')
                        .append(i % 250)
                        .append('.')
                        .append(j)
                        .append("]\n");
            }
            documents.add("""
                    apiVersion: v1
                    kind: Service
                    metadata: {name: s%1$d, namespace: shop}
                    spec: {clusterIP: 10.96.%2$d.%3$d, ports: [{name: http, port: 80, targetPort: 8080}]}""".formatted(i, i / 250, i % 250));
            documents.add("""
                    apiVersion: discovery.k8s.io/v1
                    kind: EndpointSlice
                    metadata: {name: s%1$d-x, namespace: shop, labels: {kubernetes.io/service-name: s%1$d}}
                    addressType: IPv4
                    ports: [{name: http, port: 8080}]
                    endpoints:
                    """.formatted(i) + endpoints);
        }
        return String.join("\n---\n", documents);
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
