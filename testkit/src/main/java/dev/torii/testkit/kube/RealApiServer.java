package dev.torii.testkit.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.torii.testkit.Await;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Listening;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A kube-apiserver and its etcd, in a folder that goes with them: no controllers, no nodes. */
final class RealApiServer implements ApiServer.Engine {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TOKEN = "of-the-tests";
    private static final String AUDIT = "audit.log";
    private static final String POLICY = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules: [{level: Metadata}]
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final int port = FreePort.find();
    private final List<Process> processes = new ArrayList<>();

    private RealApiServer(Path folder) {
        this.folder = folder;
    }

    static RealApiServer start(Path binaries) {
        RealApiServer server = null;
        try {
            server = new RealApiServer(Files.createTempDirectory("apiserver"));
            server.launch(binaries);
            return server;
        } catch (IOException | RuntimeException e) {
            if (server != null) {
                server.close();
            }
            throw new IllegalStateException("no API server of " + binaries, e);
        }
    }

    private void launch(Path binaries) throws IOException {
        String store = "http://" + Listening.HOST + ":" + FreePort.find();
        String peer = "http://" + Listening.HOST + ":" + FreePort.find();
        run(
                "etcd",
                List.of(
                        binaries.resolve("etcd").toString(),
                        "--data-dir=" + folder.resolve("etcd"),
                        "--unsafe-no-fsync",
                        "--listen-client-urls=" + store,
                        "--advertise-client-urls=" + store,
                        "--listen-peer-urls=" + peer));
        Path key = Files.writeString(folder.resolve("sa.key"), privateKey());
        Path tokens = Files.writeString(folder.resolve("tokens.csv"), TOKEN + ",tests,tests,system:masters\n");
        Path policy = Files.writeString(folder.resolve("policy.yaml"), POLICY);
        run(
                "kube-apiserver",
                List.of(
                        binaries.resolve("kube-apiserver").toString(),
                        "--etcd-servers=" + store,
                        "--bind-address=" + Listening.HOST,
                        "--secure-port=" + port,
                        "--cert-dir=" + folder.resolve("certs"),
                        "--service-cluster-ip-range=10.0.0.0/16",
                        "--service-account-issuer=https://kubernetes.default.svc",
                        "--service-account-key-file=" + key,
                        "--service-account-signing-key-file=" + key,
                        "--token-auth-file=" + tokens,
                        "--authorization-mode=RBAC",
                        "--allow-privileged=true",
                        "--audit-policy-file=" + policy,
                        "--audit-log-path=" + folder.resolve(AUDIT),
                        "--audit-log-mode=blocking",
                        "--disable-admission-plugins=ServiceAccount",
                        "--endpoint-reconciler-type=none"));
        if (!Await.until(PATIENCE, () -> isReady() || !processes.stream().allMatch(Process::isAlive))
                || !processes.stream().allMatch(Process::isAlive)) {
            throw new IllegalStateException(tail("etcd") + tail("kube-apiserver"));
        }
    }

    private void run(String name, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        processes.add(process);
        // A test that never closes must not leave it running.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** That of the last bootstrap hooks, which make the default namespace and the roles. */
    private boolean isReady() {
        ConfigBuilder config = access().withMasterUrl("https://" + Listening.HOST + ":" + port);
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(config.withRequestRetryBackoffLimit(0).build())
                .build()) {
            return "ok".equals(client.raw("/readyz"))
                    && client.namespaces().withName("default").get() != null;
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    private String tail(String name) {
        try {
            String log = Files.readString(folder.resolve(name + ".log"));
            return name + ":\n" + log.substring(Math.max(0, log.length() - 2_000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<ApiRequest> requests() {
        try (Stream<String> lines = Files.lines(folder.resolve(AUDIT))) {
            Map<String, ApiRequest> requests = new LinkedHashMap<>();
            // a watch is told of when it begins and when it ends
            lines.map(RealApiServer::event)
                    .filter(each -> each.has("auditID"))
                    .forEach(each -> requests.putIfAbsent(each.get("auditID").asText(), request(each)));
            return List.copyOf(requests.values());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last line may be one that is being written. */
    private static JsonNode event(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException half) {
            return JSON.createObjectNode();
        }
    }

    private static ApiRequest request(JsonNode event) {
        String user = event.at("/user/username").asText();
        return new ApiRequest(
                event.at("/impersonatedUser/username").asText(user),
                event.path("verb").asText(),
                event.path("requestURI").asText(),
                event.at("/responseStatus/code").asInt());
    }

    private static String privateKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
            String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
            return "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String scheme() {
        return "https";
    }

    @Override
    public ConfigBuilder access() {
        return new ConfigBuilder()
                .withAutoConfigure(false)
                .withNamespace("default")
                .withOauthToken(TOKEN)
                .withTrustCerts(true)
                .withDisableHostnameVerification(true);
    }

    @Override
    public void close() {
        for (int i = processes.size() - 1; i >= 0; i--) {
            end(processes.get(i));
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void end(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
