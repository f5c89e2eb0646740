package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the image holds of Torii, as {@code src/image/build-runtime} makes it: every command runs on the small Java runtime, from
 * the archive of classes, and writes nothing beside itself. {@code target/image.md} tells sizes, times and memory.
 */
@Timeout(300)
class ImageTest {

    private static final Path FOLDER = Path.of("target", "image").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String BROKEN = ".*(NoClassDefFound|ClassNotFound|NoSuchMethod|UnsatisfiedLink|Exception).*";

    @TempDir
    private Path home;

    private final List<Process> running = new ArrayList<>();

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        Process build = new ProcessBuilder(
                        "../src/image/build-runtime", System.getProperty("java.home"), FOLDER.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(build.waitFor()).as(said).isZero();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process each : running) {
            each.destroyForcibly().waitFor();
        }
    }

    @Test
    void theRolesRunOnIt() throws Exception {
        Map<String, Long> before = files();
        int http = FreePort.find();
        int https = FreePort.find();
        Path config = Files.writeString(home.resolve("mesh.yaml"), mesh(http, https));
        var certificate = Certificates.selfSigned("shop.example");
        Path chain = Files.writeString(home.resolve("tls.crt"), certificate.certificatePem());
        Path key = Files.writeString(home.resolve("tls.key"), certificate.keyPem());

        int admin = FreePort.find();
        Process gateway = start("gateway", "--config=" + config, "--admin=127.0.0.1:" + admin, "--bind=127.0.0.1");
        long ready = untilReady("http://127.0.0.1:" + admin + "/ready", "gateway");
        assertThat(curl("http://127.0.0.1:" + http + "/")).isEqualTo("301");
        assertThat(curl("https://127.0.0.1:" + https + "/")).isEqualTo("301");
        long resident = residentMebibytes(gateway);

        int sidecar = FreePort.find();
        start(
                "sidecar",
                "--config=" + config,
                "--service=shop/app",
                "--app=" + FreePort.find(),
                "--admin=127.0.0.1:" + sidecar,
                "--inbound=127.0.0.1:" + FreePort.find(),
                "--outbound=127.0.0.1:" + FreePort.find());
        untilReady("http://127.0.0.1:" + sidecar + "/ready", "sidecar");
        int injector = FreePort.find();
        start("injector", "--listen=127.0.0.1:" + injector, "--cert=" + chain, "--key=" + key);
        untilReady("https://127.0.0.1:" + injector + "/ready", "injector");
        int control = FreePort.find();
        start(
                "control",
                "--config=" + config,
                "--listen=127.0.0.1:" + FreePort.find(),
                "--admin=127.0.0.1:" + control,
                "--cert=" + chain,
                "--key=" + key);
        untilReady("http://127.0.0.1:" + control + "/ready", "control");
        int console = FreePort.find();
        start("console", "--listen=127.0.0.1:" + console, "--otlp=127.0.0.1:" + FreePort.find());
        untilReady("http://127.0.0.1:" + console + "/", "console");

        for (String each : List.of("gateway", "sidecar", "injector", "control", "console")) {
            assertThat(words(each)).as(each).doesNotContainPattern(BROKEN);
        }
        assertThat(files()).as("what is in the image").isEqualTo(before);
        tell(ready, resident);
    }

    @Test
    void commandsRunOnIt() throws Exception {
        Path config = Files.writeString(home.resolve("mesh.yaml"), mesh(8080, 8443));
        Path pod = Files.writeString(home.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata: {name: web}
                spec: {containers: [{name: web, image: "web:1"}]}
                """);
        assertThat(run("check", config.toString())).isEmpty();
        assertThat(run("inject", "-f", pod.toString())).contains("torii-sidecar");
        assertThat(run("capture", "show", "--help")).contains("Usage: torii capture");
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(() -> words(arguments[0])).isZero();
        return out;
    }

    /** As in a container: with no environment but what the Dockerfile sets. */
    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(FOLDER.resolve("torii").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("TORII_JAVA", FOLDER.resolve("runtime").toString());
        builder.environment().put("TORII_BUILD", "never");
        builder.redirectError(home.resolve(arguments[0]).toFile());
        if (!List.of("check", "inject", "capture").contains(arguments[0])) {
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        }
        Process process = builder.start();
        running.add(process);
        return process;
    }

    private String words(String command) {
        try {
            return Files.readString(home.resolve(command));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Milliseconds from now until there is a good answer. */
    private long untilReady(String url, String command) {
        long began = System.nanoTime();
        assertThat(Await.until(PATIENCE, () -> curl(url).equals("200")))
                .as(() -> words(command))
                .isTrue();
        return (System.nanoTime() - began) / 1_000_000;
    }

    private static String curl(String url) {
        try {
            Process curl = new ProcessBuilder(
                            "curl",
                            "-sk",
                            "-m",
                            "5",
                            "-o",
                            "/dev/null",
                            "-w",
                            "%{http_code}",
                            "--connect-to",
                            "::127.0.0.1:",
                            url)
                    .start();
            String status = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            curl.waitFor();
            return status;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static long residentMebibytes(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "smaps_rollup")).stream()
                .filter(line -> line.startsWith("Rss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    /** Sizes by path. */
    private static Map<String, Long> files() throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(FOLDER)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                sizes.put(FOLDER.relativize(each).toString(), Files.size(each));
            }
        }
        return sizes;
    }

    private static void tell(long ready, long resident) throws IOException {
        Map<String, Long> sizes = files();
        long all = sizes.values().stream().mapToLong(Long::longValue).sum() >> 20;
        long runtime = sum(sizes, "runtime/");
        long archive = sizes.entrySet().stream()
                .filter(each -> each.getKey().endsWith(".archive"))
                .mapToLong(each -> each.getValue() >> 20)
                .sum();
        String text = "Of Torii in the image, MiB: " + all + " (runtime " + runtime + ", jars "
                + sum(sizes, "cli/target/lib/") + ", archive " + archive + "). A gateway on it was ready after " + ready
                + " ms, and had " + resident + " MiB resident after its first requests.\n";
        Files.writeString(Path.of("target", "image.md"), text);
        assertThat(runtime).as("MiB of the runtime").isLessThan(90);
        assertThat(all).as("MiB of it all").isLessThan(220);
    }

    private static long sum(Map<String, Long> sizes, String folder) {
        return sizes.entrySet().stream()
                        .filter(each -> each.getKey().startsWith(folder))
                        .mapToLong(Map.Entry::getValue)
                        .sum()
                >> 20;
    }

    private static String mesh(int http, int https) {
        var certificate = Certificates.selfSigned("shop.example");
        Base64.Encoder base64 = Base64.getEncoder();
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: front, namespace: shop}
                spec:
                  gatewayClassName: torii
                  listeners:
                  - {name: http, protocol: HTTP, port: %d}
                  - {name: https, protocol: HTTPS, port: %d, tls: {certificateRefs: [{name: cert}]}}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: moved, namespace: shop}
                spec:
                  parentRefs: [{name: front}]
                  rules: [{filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example, statusCode: 301}}]}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: app, namespace: shop, annotations: {torii.dev/endpoints: "127.0.0.1:1"}}
                spec: {ports: [{name: http, port: 80}]}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: cert, namespace: shop}
                type: kubernetes.io/tls
                data: {tls.crt: %s, tls.key: %s}
                """.formatted(
                        http,
                        https,
                        base64.encodeToString(certificate.certificatePem().getBytes(StandardCharsets.UTF_8)),
                        base64.encodeToString(certificate.keyPem().getBytes(StandardCharsets.UTF_8)));
    }
}
