package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.torii.config.source.ManifestReader;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.routing.InboundPort;
import dev.torii.routing.Speaks;
import dev.torii.routing.Target;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a sidecar takes for its app: the ports of the Services that have its pod, and those it was told. */
class SidecarInboundTest {

    private static final String AT_9001 = "{torii.dev/endpoints: \"127.0.0.1:9001\"}";

    @Test
    void inboundPortsAreThoseOfTheServiceAndThoseGiven() {
        var read = ManifestReader.parse(
                "test.yaml",
                Fixture.yaml(
                        service(
                                "shop",
                                "web",
                                "{}",
                                "- {name: grpc, port: 80, targetPort: 9000}",
                                "- {name: db, port: 81, targetPort: 5432}",
                                "- {name: named, port: 82, targetPort: my-port}",
                                "- {name: same, port: 8443, appProtocol: https}"),
                        """
                        apiVersion: discovery.k8s.io/v1
                        kind: EndpointSlice
                        metadata: {name: a, namespace: shop, labels: {kubernetes.io/service-name: web}}
                        addressType: IPv4
                        ports: [{name: named, port: 7000}, {name: grpc, port: 9000}]
                        endpoints: [{addresses: [10.0.0.1]}]"""));
        Compiled compiled =
                new SnapshotCompiler().compile(read.resources(), new SidecarView("shop", "web", List.of(9000, 9100)));
        assertThat(compiled.snapshot().mesh().inbound())
                .extracting(InboundPort::port, InboundPort::speaks)
                .extracting(Object::toString)
                .containsExactly("(5432, TCP)", "(7000, UNKNOWN)", "(8443, TLS)", "(9000, HTTP)", "(9100, UNKNOWN)");
        InboundPort grpc = Objects.requireNonNull(compiled.snapshot().mesh().inbound(9000));
        assertThat(grpc.listener().name()).isEqualTo("shop/web:9000");
        assertThat(grpc.listener().settings().keepRequestId()).isTrue();
        assertThat(grpc.listener().settings().trustedHops()).isPositive();
        assertThat(grpc.listener().routes().rules().get(0).backends())
                .extracting(Backend::target)
                .containsExactly(new Target.ToCluster("shop/web:9000#inbound"));
        assertThat(compiled.snapshot().clusters().get("shop/web:9000#inbound"))
                .extracting(Cluster::endpoints)
                .isEqualTo(List.of(new Endpoint("127.0.0.1", 9000)));
    }

    @Test
    void theOnlyPortOfAServiceTellsWhatAGivenPortSpeaks() {
        var read = ManifestReader.parse("test.yaml", service("shop", "web", AT_9001, "- {name: http, port: 80}"));
        Compiled compiled =
                new SnapshotCompiler().compile(read.resources(), new SidecarView("shop", "web", List.of(9107)));
        InboundPort given = Objects.requireNonNull(compiled.snapshot().mesh().inbound(9107));
        assertThat(given.speaks()).isEqualTo(Speaks.HTTP);

        Compiled more =
                new SnapshotCompiler().compile(read.resources(), new SidecarView("shop", "web", List.of(6379, 8443)));
        assertThat(more.snapshot().mesh().inbound())
                .as("nothing tells which of them it is")
                .extracting(InboundPort::port, InboundPort::speaks)
                .extracting(Object::toString)
                .containsExactly("(80, HTTP)", "(6379, TCP)", "(8443, CLIENT_FIRST)");
    }

    @Test
    void otherServicesThatHaveTheAppsPodsDeclareItsPortsToo() {
        var read = ManifestReader.parse("test.yaml", """
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec: {selector: {app: web, tier: front}, ports: [{name: http, port: 80, targetPort: 8080}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web-metrics, namespace: shop}
                spec:
                  selector: {app: web}
                  ports: [{name: http-metrics, port: 9100}, {name: tcp-same, port: 81, targetPort: 8080}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web-preview, namespace: shop}
                spec: {selector: {app: web, version: v2}, ports: [{name: http, port: 9200}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: by-hand, namespace: shop}
                spec: {ports: [{name: http, port: 9300}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: elsewhere}
                spec: {selector: {app: web}, ports: [{name: http, port: 9400}]}
                """);

        Compiled compiled = new SnapshotCompiler().compile(read.resources(), new SidecarView("shop", "web", List.of()));

        assertThat(compiled.snapshot().mesh().inbound())
                .extracting(InboundPort::port, InboundPort::speaks)
                .containsExactly(tuple(8080, Speaks.HTTP), tuple(9100, Speaks.HTTP));
    }
}
