package dev.torii.config.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.config.compile.Status.Condition;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.routing.Listener;
import dev.torii.routing.Port;
import dev.torii.routing.RequestView;
import dev.torii.routing.RouteTable.Candidate;
import dev.torii.routing.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Manifests that tests are made of, and short ways to ask what became of them. */
final class Fixture {

    /** Gateway infra/gw: HTTP on 80, listener {@code http}, for routes of its own namespace. */
    static final String GATEWAY = gateway("gw", "- {name: http, port: 80, protocol: HTTP}");

    private Fixture() {}

    static Compiled compile(String... documents) {
        Read read = ManifestReader.parse("test.yaml", yaml(documents));
        assertThat(read.findings()).filteredOn(Finding::isError).isEmpty();
        return new SnapshotCompiler().compile(read.resources());
    }

    static String yaml(String... documents) {
        return String.join("\n---\n", documents);
    }

    /** @param listeners YAML list items, not indented; further lines of an item by two */
    static String gateway(String name, String... listeners) {
        return annotatedGateway(name, "{}", listeners);
    }

    static String annotatedGateway(String name, String annotations, String... listeners) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: %s, namespace: infra, annotations: %s}
                spec:
                  listeners:
                %s""".formatted(name, annotations, String.join("\n", listeners).indent(2));
    }

    /** An HTTPRoute in namespace infra with everything below {@code spec} given, one line or several, not indented. */
    static String httpRoute(String name, String... spec) {
        return route("HTTPRoute", "infra", name, spec);
    }

    static String route(String kind, String namespace, String name, String... spec) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: %s
                metadata: {name: %s, namespace: %s}
                spec:
                %s""".formatted(kind, name, namespace, String.join("\n", spec).indent(2));
    }

    /** A Service in infra with port 8080 and one endpoint. */
    static String service(String name) {
        return service("infra", name, "{torii.dev/endpoints: \"127.0.0.1:9001\"}", "- {name: http, port: 8080}");
    }

    static String service(String namespace, String name, String annotations, String... ports) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: %s, annotations: %s}
                spec:
                  ports:
                %s""".formatted(
                        name, namespace, annotations, String.join("\n", ports).indent(2));
    }

    static String grant(String namespace, String from, String to) {
        return """
                apiVersion: gateway.networking.k8s.io/v1beta1
                kind: ReferenceGrant
                metadata: {name: grant, namespace: %s}
                spec:
                  from: [%s]
                  to: [%s]""".formatted(namespace, from, to);
    }

    static String secret(String namespace, String name, String certificate, String key) {
        return """
                apiVersion: v1
                kind: Secret
                metadata: {name: %s, namespace: %s}
                type: kubernetes.io/tls
                stringData:
                  tls.crt: |
                %s
                  tls.key: |
                %s""".formatted(name, namespace, certificate.indent(4), key.indent(4));
    }

    static String configMap(String name, String authorities) {
        return """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %s, namespace: infra}
                data:
                  ca.crt: |
                %s""".formatted(name, authorities.indent(4));
    }

    /** The conditions of a route, all its parents after each other. */
    static List<String> conditions(Compiled compiled, String kind, String name) {
        return compiled.statuses().stream()
                .filter(each -> each.kind().equals(kind) && each.name().equals(name) && each.listener() == null)
                .flatMap(each -> each.conditions().stream())
                .map(Condition::toString)
                .toList();
    }

    static Status listener(Compiled compiled, String gateway, String listener) {
        return compiled.statuses().stream()
                .filter(each -> each.name().equals(gateway) && listener.equals(each.listener()))
                .findFirst()
                .orElseThrow();
    }

    static List<String> conditions(Status status) {
        return status.conditions().stream().map(Condition::toString).toList();
    }

    static List<String> errors(Compiled compiled) {
        return compiled.findings().stream()
                .filter(Finding::isError)
                .map(Finding::toString)
                .toList();
    }

    static List<String> warnings(Compiled compiled) {
        return compiled.findings().stream()
                .filter(each -> !each.isError())
                .map(Finding::toString)
                .toList();
    }

    static Port port(Snapshot snapshot, int number) {
        return snapshot.ports().stream()
                .filter(port -> port.number() == number)
                .findFirst()
                .orElseThrow();
    }

    /** Names of the listeners on a port, {@code []} when it is not open. */
    static List<String> served(Compiled compiled, int port) {
        return compiled.snapshot().ports().stream()
                .filter(each -> each.number() == port)
                .flatMap(each -> each.listeners().stream())
                .map(Listener::name)
                .toList();
    }

    static @Nullable Candidate find(Compiled compiled, int port, String method, String host, String path) {
        Listener listener = port(compiled.snapshot(), port).listenerFor(host);
        return listener == null ? null : listener.routes().find(new Request(method, host, path, Map.of()));
    }

    static Candidate winner(Compiled compiled, String host, String path) {
        return Objects.requireNonNull(find(compiled, 80, "GET", host, path), () -> "no route for " + host + path);
    }

    record Request(String method, String host, String path, Map<String, String> headers) implements RequestView {

        @Override
        public @Nullable String header(String name) {
            return headers.get(name);
        }

        @Override
        public @Nullable String query(String name) {
            return null;
        }
    }
}
