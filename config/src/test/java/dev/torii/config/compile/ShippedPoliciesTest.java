package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.routing.Cluster;
import dev.torii.routing.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What people copy from us is right: the recommended policies, and the examples of {@code src/site/policies.md}. */
class ShippedPoliciesTest {

    private static final String REVIEWS =
            service("default", "reviews", "{torii.dev/endpoints: \"127.0.0.1:9001\"}", "- {name: http, port: 80}");

    private static Compiled compile(String... documents) {
        Read read = ManifestReader.parse("test.yaml", Fixture.yaml(documents));
        assertThat(read.findings()).isEmpty();
        Compiled compiled =
                new SnapshotCompiler().compile(read.resources(), new SidecarView("default", "reviews", List.of()));
        assertThat(compiled.findings()).isEmpty();
        assertThat(new SnapshotCompiler().compile(read.resources()).findings()).isEmpty();
        return compiled;
    }

    private static Rule called(Compiled compiled) {
        return compiled.snapshot()
                .mesh()
                .destinations()
                .get(0)
                .listener()
                .routes()
                .rules()
                .get(0);
    }

    private static Cluster cluster(Compiled compiled) {
        return Objects.requireNonNull(compiled.snapshot().cluster("default/reviews:80"));
    }

    @Test
    void theRecommendedPoliciesHold() throws IOException {
        String recommended = Files.readString(Path.of("../src/policies/recommended.yaml"));
        Compiled compiled = compile(recommended, REVIEWS);
        assertThat(cluster(compiled).resilience()).satisfies(resilience -> {
            assertThat(resilience.concurrency()).isNotNull();
            assertThat(resilience.circuitBreaking()).isNotNull();
            assertThat(resilience.outlierDetection()).isNotNull();
            assertThat(resilience.healthCheck()).isNull();
        });
        assertThat(called(compiled).retry()).isNotNull();
        assertThat(called(compiled).timeouts().backendRequestMs())
                .isPositive()
                .isLessThan(called(compiled).timeouts().requestMs());

        String all = recommended.replace("# slowCall:", "slowCall:").replace("# healthCheck:", "healthCheck:");
        assertThat(cluster(compile(all, REVIEWS)).resilience()).satisfies(resilience -> {
            assertThat(Objects.requireNonNull(resilience.circuitBreaking()).slowCallMs())
                    .isPositive();
            assertThat(resilience.healthCheck()).isNotNull();
        });
    }

    @Test
    void theExamplesDoToo() throws IOException {
        String page = Files.readString(Path.of("../src/site/policies.md"));
        Matcher examples = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page);
        assertThat(examples.find()).isTrue();
        String limits = examples.group(1);
        assertThat(examples.find()).isTrue();
        String faults = examples.group(1);
        assertThat(examples.find()).isFalse();
        String shop =
                httpRoute("shop", "parentRefs: [{name: gw}]", "rules: [{backendRefs: [{name: reviews, port: 80}]}]");
        Compiled compiled =
                compile(limits, faults, REVIEWS, GATEWAY.replace("infra", "default"), shop.replace("infra", "default"));
        assertThat(called(compiled).backends().get(0).protection().faults()).hasSize(2);
    }
}
