package dev.torii.config.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.compile.Compiled;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.routing.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a role is asked, read by read. */
class ConfigurationTest {

    private final List<String> asked = new ArrayList<>();
    private final Configuration configuration = new Configuration(new Recorder());
    private CompletionStage<List<String>> serves = CompletableFuture.completedFuture(List.of());

    private final class Recorder implements Role {

        private final SnapshotCompiler compiler = new SnapshotCompiler();

        @Override
        public Compiled compile(ResourceSet resources) {
            return compiler.compile(resources);
        }

        @Override
        public CompletionStage<List<String>> serve(Snapshot snapshot) {
            asked.add("serve " + snapshot.ports().get(0).number());
            return serves;
        }

        @Override
        public void served(String version) {
            asked.add("served");
        }

        @Override
        public String summary(Snapshot snapshot) {
            return "all of it";
        }

        @Override
        public void read(Outcome outcome, int errors, int warnings) {
            asked.add(outcome + " " + errors);
        }
    }

    private static Read gateway(int port) {
        return ManifestReader.parse("gateway.yaml", """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw}
                spec:
                  gatewayClassName: torii
                  listeners:
                  - {name: http, protocol: HTTP, port: %d}
                """.formatted(port));
    }

    @Test
    void whatIsNewIsServedAndWhatIsNotIsNot() {
        configuration.changed(gateway(80));
        String first = configuration.served();
        configuration.changed(gateway(80));
        configuration.changed(gateway(81));
        assertThat(asked)
                .containsExactly("APPLIED 0", "serve 80", "served", "UNCHANGED 0", "APPLIED 0", "serve 81", "served");
        assertThat(configuration.served()).isNotEqualTo(first).isNotEmpty();
    }

    @Test
    void anUnreadableReadChangesNothing() {
        configuration.changed(ManifestReader.parse("a", "kind: ["));
        assertThat(configuration.served()).isEmpty();
        configuration.changed(gateway(80));
        String before = configuration.served();
        configuration.changed(ManifestReader.parse("a", "kind: ["));
        assertThat(configuration.served()).isEqualTo(before);
        assertThat(asked).containsExactly("REJECTED 1", "APPLIED 0", "serve 80", "served", "REJECTED 1");
    }

    @Test
    void whatCouldNotBeServedIsTriedWithTheNextReadOfTheSame() {
        serves = CompletableFuture.failedFuture(new IllegalStateException("no"));
        configuration.changed(gateway(80));
        assertThat(configuration.served()).isEmpty();
        serves = CompletableFuture.completedFuture(List.of());
        configuration.changed(gateway(80));
        assertThat(configuration.served()).isNotEmpty();
        assertThat(asked).containsExactly("APPLIED 0", "serve 80", "APPLIED 0", "serve 80", "served");
    }

    @Test
    void againServesTheSameOnceMore() {
        configuration.again();
        assertThat(asked).isEmpty();
        serves = CompletableFuture.completedFuture(List.of("port 80 is in use"));
        configuration.changed(gateway(80));
        configuration.again();
        assertThat(asked).containsExactly("APPLIED 0", "serve 80", "served", "serve 80");
    }
}
