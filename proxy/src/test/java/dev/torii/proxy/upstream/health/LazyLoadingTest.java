package dev.torii.proxy.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Listening;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar without health checks has no memory to spare for them, nor one without shared limits for those. */
class LazyLoadingTest {

    private static final String WEB_CLIENT = "io.vertx.ext.web.client.";
    private static final String OURS = WebProbe.class.getName();

    @TempDir
    Path folder;

    /** A proxy that answers a request; checks its backend when told so. */
    static final class Program {

        private Program() {}

        public static void main(String[] args) {
            boolean checks = args.length > 0;
            try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
                    TestProxy proxy = new TestProxy()) {
                List<Endpoint> endpoints = List.of(new Endpoint(Listening.HOST, backend.port()));
                Cluster checked = Asking.cluster(Asking.http("/", 20_000), Cluster.Protocol.AUTO, endpoints, null);
                if (checks) {
                    proxy.cluster(checked);
                } else {
                    proxy.cluster(Asking.KEY, backend.port());
                }
                proxy.route("/", Asking.KEY).apply();
                try (RawHttp client = RawHttp.connect(proxy.port())) {
                    client.timeout(Duration.ofSeconds(30)).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                    client.readResponse();
                }
                int expected = checks ? 2 : 1;
                Await.until(Duration.ofSeconds(20), () -> backend.requests().size() == expected);
            }
        }
    }

    private String loaded(String... args) throws IOException, InterruptedException {
        Path log = folder.resolve("classes.log");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + log,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Program.class.getName());
        builder.command().addAll(List.of(args));
        Process process = builder.inheritIO().start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readString(log);
    }

    @Test
    void theWebClientIsLoadedWithTheFirstCheckOnly() throws Exception {
        assertThat(loaded())
                .contains(HealthChecks.class.getName())
                .doesNotContain(WEB_CLIENT)
                .doesNotContain(OURS)
                .doesNotContain("io.vertx.redis.")
                .doesNotContain("dev.torii.proxy.limit.redis.");
        assertThat(loaded("checked")).contains(WEB_CLIENT).contains(OURS);
    }
}
