package dev.torii.config.select;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Document;
import dev.torii.config.source.ManifestReader;
import dev.torii.testkit.cases.CaseBackends;
import dev.torii.testkit.cases.CaseCertificates;
import dev.torii.testkit.cases.CaseCompiler;
import dev.torii.testkit.cases.CaseFiles;
import dev.torii.testkit.cases.ConfigRun;
import dev.torii.testkit.cases.Exchange;
import dev.torii.testkit.cases.ObjectName;
import dev.torii.testkit.cases.Symbols;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the cases in {@code src/cases} set up, as far as it can be read. */
final class CaseWorlds {

    /** What no case has: policies for the namespace of what is called, a backend's own mirror, chains of routes. */
    private static final String RARE = """
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {clusterIP: 10.96.0.1, selector: {app: cart}, ports: [{name: http, port: 80, targetPort: web}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: tax, namespace: money}
            spec: {clusterIP: 10.96.0.2, ports: [{name: http, port: 80, appProtocol: http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: audit, namespace: money}
            spec: {clusterIP: 10.96.0.3, ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart-x, namespace: shop, labels: {kubernetes.io/service-name: cart}}
            addressType: IPv4
            ports: [{name: http, port: 8080}]
            endpoints: [{addresses: [10.0.0.1]}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: tax, namespace: money}
            spec:
              parentRefs: [{group: "", kind: Service, name: tax}]
              rules:
              - backendRefs:
                - name: tax
                  port: 80
                  filters: [{type: RequestMirror, requestMirror: {backendRef: {name: audit, port: 80}}}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: audit, namespace: money}
            spec:
              parentRefs: [{group: "", kind: Service, name: audit}]
              rules: [{backendRefs: [{name: cart, namespace: shop, port: 80}]}]
            ---
            apiVersion: gateway.networking.k8s.io/v1beta1
            kind: ReferenceGrant
            metadata: {name: from-money, namespace: shop}
            spec:
              from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: money}]
              to: [{group: "", kind: Service}]
            ---
            apiVersion: torii.dev/v1alpha1
            kind: TelemetryPolicy
            metadata: {name: money, namespace: money}
            spec:
              targetRefs: [{group: "", kind: Namespace, name: money}]
              tracing: {samplingPercent: 7}
            ---
            apiVersion: torii.dev/v1alpha1
            kind: RateLimitPolicy
            metadata: {name: tax, namespace: money}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: tax}]
              limits: [{name: all, requests: 5, per: 1s}]
            """;

    private CaseWorlds() {}

    static List<ResourceSet> all() {
        CaseFiles files = CaseFiles.find();
        Symbols symbols = new CaseCertificates().or(CaseBackends.nobody());
        Seen seen = new Seen();
        files.all("*").forEach(each -> ConfigRun.play(each, files, symbols, seen));
        Set<ResourceSet> worlds = new LinkedHashSet<>();
        seen.manifests.forEach(manifests -> worlds.add(read(manifests)));
        worlds.remove(ResourceSet.EMPTY);
        worlds.add(read(Map.of("rare.yaml", RARE)));
        return List.copyOf(worlds);
    }

    private static ResourceSet read(Map<String, String> manifests) {
        List<Resource> resources = new ArrayList<>();
        manifests.forEach((file, text) ->
                resources.addAll(ManifestReader.parse(file, text).resources().all()));
        return ResourceSet.of(resources);
    }

    /** As a source would have made it. */
    static Catalog catalog(ResourceSet now, ResourceSet before) {
        Map<ObjectKey, Document> documents = documents(now);
        Map<ObjectKey, Document> old = documents(before);
        Set<ObjectKey> changed = new HashSet<>(documents.keySet());
        changed.addAll(old.keySet());
        changed.removeIf(key -> documents.containsKey(key) && documents.get(key).equals(old.get(key)));
        return new Catalog(now, documents, changed, List.of());
    }

    private static Map<ObjectKey, Document> documents(ResourceSet resources) {
        return resources.all().stream()
                .map(each -> new Document(each, ""))
                .collect(Collectors.toMap(each -> ObjectKey.of(each.resource()), Function.identity()));
    }

    /** Takes down what it is given, and has nothing to say about it. */
    private static final class Seen implements CaseCompiler {

        private final Set<Map<String, String>> manifests = new LinkedHashSet<>();

        @Override
        public Compiled compile(Map<String, String> manifests) {
            this.manifests.add(Map.copyOf(manifests));
            return new Compiled(List.of(), List.of());
        }

        @Override
        public Called call(Map<String, String> manifests, ObjectName from, Exchange exchange) {
            compile(manifests);
            return new Called(Called.PASSED_THROUGH, Map.of(), Map.of());
        }
    }
}
