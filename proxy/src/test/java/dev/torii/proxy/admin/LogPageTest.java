package dev.torii.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.telemetry.AccessLog;
import dev.torii.proxy.telemetry.Await;
import dev.torii.proxy.telemetry.Exchanges;
import dev.torii.proxy.telemetry.LogTails;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.testkit.RawHttp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(VertxExtension.class)
class LogPageTest {

    private static final String ASK = " /log HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final AccessLog log = new AccessLog(stdout);
    private final List<RawHttp> readers = new ArrayList<>();
    private AdminServer server;
    private int port;

    @BeforeEach
    void open(Vertx vertx) throws Exception {
        ProxyMetrics metrics = new ProxyMetrics(1, 10, () -> 0, InstantSource.system());
        server = new AdminServer(
                vertx,
                new AdminSources(
                        Optional::empty,
                        SampleSnapshot::make,
                        () -> Future.succeededFuture(List.of()),
                        List::of,
                        metrics::page,
                        query -> "",
                        () -> null,
                        log.tails(),
                        () -> Verbosity.INFO,
                        wanted -> {},
                        () -> {},
                        () -> {}));
        port = get(server.listen("127.0.0.1", 0));
    }

    @AfterEach
    void close() throws Exception {
        readers.forEach(RawHttp::close);
        get(server.close());
        log.close();
    }

    private RawHttp ask(String method) {
        RawHttp reader = RawHttp.connect(port);
        readers.add(reader);
        return reader.send(method + ASK);
    }

    private RawHttp reader() {
        RawHttp reader = ask("GET");
        String head = reader.readUntil("\r\n\r\n");
        assertThat(head).startsWith("HTTP/1.1 200 ").contains("content-type: application/x-ndjson");
        return reader;
    }

    @Test
    void linesComeAsTheyAreWritten() {
        RawHttp first = reader();
        log.ended(Exchanges.good().path("/one").make());
        String one = first.readUntil("}\n");
        assertThat(one).contains("\"path\":\"/one\"");
        RawHttp second = reader();
        log.ended(Exchanges.good().path("/two").make());
        assertThat(first.readUntil("\"/two\"")).doesNotContain("/one");
        assertThat(second.readUntil("\"/two\"")).doesNotContain("/one");
        Await.until(() -> stdout.toString().lines().count() == 2);
    }

    @Test
    void whoIsGoneMakesRoomForTheNext() {
        for (int i = 0; i < LogTails.MAX_READERS; i++) {
            reader();
        }
        assertThat(ask("GET").readResponse().status()).isEqualTo(503);
        readers.get(0).reset();
        Await.until(() -> ask("GET").readUntil("\r\n\r\n").startsWith("HTTP/1.1 200 "));
    }

    /** One who does not read holds up neither the log nor the others, and is told what it missed. */
    @Test
    void theSlowOneIsToldWhatItMissed() {
        RawHttp slow = reader().timeout(Duration.ofSeconds(20));
        String path = "/" + "x".repeat(8_000);
        log.ended(Exchanges.good().path(path).make());
        Await.until(() -> stdout.size() > 0);
        long lineBytes = stdout.size();
        for (int i = 2; i <= 4_000; i++) {
            log.ended(Exchanges.good().path(path).make());
            if (i % 100 == 0) {
                long all = i * lineBytes;
                Await.until(() -> stdout.size() == all);
            }
        }
        RawHttp other = reader();
        log.ended(Exchanges.good().path("/now").make());
        other.readUntil("\"/now\"");
        long seen = 0;
        long dropped = 0;
        while (seen + dropped < 4_001) {
            String line = slow.readUntil("\n");
            if (line.startsWith("{\"dropped\":")) {
                dropped += Long.parseLong(line.replaceAll("\\D", ""));
            } else if (line.startsWith("{\"time\":")) {
                seen++;
            }
        }
        assertThat(dropped).isPositive();
        assertThat(seen + dropped).isEqualTo(4_001);
    }

    @Test
    void headDoesNotWait() {
        assertThat(ask("HEAD").readResponse("HEAD").status()).isEqualTo(200);
        assertThat(ask("POST").readResponse().status()).isEqualTo(405);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
