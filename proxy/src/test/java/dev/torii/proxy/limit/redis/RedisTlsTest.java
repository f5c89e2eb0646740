package dev.torii.proxy.limit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.limit.Buckets;
import dev.torii.proxy.limit.Grant;
import dev.torii.proxy.limit.Grant.Answer;
import dev.torii.routing.RateLimit;
import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.RedisServer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rediss://}: encrypted, to whom we meant to speak. */
final class RedisTlsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Certificates authority = Certificates.authority("redis-ca");

    @AfterEach
    void closeVertx() {
        vertx.close().await();
    }

    private Buckets open(String uri, Certificates trusted) {
        NetClientOptions net = new NetClientOptions()
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(trusted.caPem())));
        RateLimit.Store store = new RateLimit.Store(uri, true);
        return new RedisBuckets(vertx, net, new Store.Patience(2_000, 4_000, 50, 200, 5_000))
                .open(new RateLimit("id", "limit", 10, 3_600_000, 10, null, store, false, List.of()));
    }

    private static Answer take(Buckets buckets) {
        CompletableFuture<Grant> later = new CompletableFuture<>();
        Grant grant = buckets.take("", later::complete);
        return (grant != null
                        ? grant
                        : later.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join())
                .answer();
    }

    @Test
    void onlyARedisThatIsTrustedUnderItsNameIsUsed() throws IOException {
        int port = FreePort.find();
        Certificates.Leaf leaf = authority.issue("redis.example", "127.0.0.1");
        Path ca = Files.writeString(folder.resolve("ca.pem"), authority.caPem());
        Path certificate = Files.writeString(folder.resolve("cert.pem"), leaf.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), leaf.keyPem());
        try (RedisServer redis = RedisServer.start(
                folder,
                "--tls-port",
                Integer.toString(port),
                "--tls-cert-file",
                certificate.toString(),
                "--tls-key-file",
                key.toString(),
                "--tls-ca-cert-file",
                ca.toString(),
                "--tls-auth-clients",
                "no")) {
            Buckets right = open("rediss://127.0.0.1:" + port, authority);
            Buckets stranger = open("rediss://127.0.0.1:" + port, Certificates.authority("another-ca"));
            Buckets misnamed = open("rediss://localhost:" + port, authority);
            Buckets inClear = open("redis://127.0.0.1:" + port, authority);
            assertThat(Await.until(LONG, () -> take(right) == Answer.ADMITTED)).isTrue();
            assertThat(Await.until(LONG, () -> take(stranger) == Answer.UNKNOWN))
                    .isTrue();
            assertThat(Await.until(LONG, () -> take(misnamed) == Answer.UNKNOWN))
                    .isTrue();
            assertThat(Await.until(LONG, () -> take(inClear) == Answer.UNKNOWN)).isTrue();
            assertThat(redis.cli("DBSIZE"))
                    .as("one bucket and one probe at most")
                    .isNotEqualTo("0");
        }
    }
}
