package dev.torii.config.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import dev.torii.routing.InboundPort;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Speaks;
import dev.torii.routing.Telemetry;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the owner of a pod says of its sidecar holds there, and nowhere else. */
final class PodTest {

    private static final Read READ = ManifestReader.parse("mesh.yaml", """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {ports: [{name: http, port: 80, targetPort: 8080}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}]}
            ---
            apiVersion: torii.dev/v1alpha1
            kind: TelemetryPolicy
            metadata: {name: all, namespace: shop}
            spec:
              tracing: {samplingPercent: 7}
              accessLog: {requestHeaders: [{name: x-user, mode: Hash}]}
            """);

    private static final SidecarView.Pod POD = new SidecarView.Pod(
            List.of(8080, 6000),
            List.of(new LoggedHeader("x-user", Mode.PLAIN), new LoggedHeader("x-tenant", Mode.PLAIN)),
            50.0);

    private static Snapshot snapshot(SidecarView.Pod pod) {
        assertThat(READ.readable()).isTrue();
        return new SnapshotCompiler()
                .compile(READ.resources(), new SidecarView("shop", "web", List.of(8080), pod))
                .snapshot();
    }

    @Test
    void opaquePortsAreBytesWhateverIsDeclared() {
        assertThat(snapshot(POD).mesh().inbound())
                .extracting(InboundPort::port, InboundPort::speaks)
                .containsExactly(tuple(6000, Speaks.TCP), tuple(8080, Speaks.TCP));
        assertThat(snapshot(SidecarView.Pod.SILENT).mesh().inbound())
                .extracting(InboundPort::speaks)
                .containsExactly(Speaks.HTTP);
    }

    @Test
    void thePodSaysTheLastWordButForHowAHeaderIsShownThatAPolicyNames() {
        Telemetry telemetry = Objects.requireNonNull(snapshot(POD).mesh().destination("cart", 80))
                .listener()
                .telemetry();
        assertThat(telemetry.tracing().samplingPercent()).isEqualTo(50);
        assertThat(telemetry.log().requestHeaders())
                .containsExactly(new LoggedHeader("x-user", Mode.HASH), new LoggedHeader("x-tenant", Mode.PLAIN));
        assertThat(snapshot(SidecarView.Pod.SILENT).telemetry().tracing().samplingPercent())
                .isEqualTo(7);
        assertThat(snapshot(POD).telemetry().tracing().samplingPercent()).isEqualTo(50);
        assertThat(snapshot(POD).version())
                .isNotEqualTo(snapshot(SidecarView.Pod.SILENT).version());
    }
}
