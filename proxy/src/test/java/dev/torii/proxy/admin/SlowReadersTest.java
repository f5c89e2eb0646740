package dev.torii.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.telemetry.AccessLog;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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

/** Pages of many megabytes, and readers who do not read. */
@Timeout(60)
@ExtendWith(VertxExtension.class)
class SlowReadersTest {

    /** More than the kernel keeps for a reader. */
    private static final String LARGE = "all work and no play\n".repeat(1_000_000);

    private static final String ASK = "GET /explain?url=x HTTP/1.1\r\nHost: localhost\r\n";

    private final List<RawHttp> readers = new ArrayList<>();
    private final AccessLog log = new AccessLog(OutputStream.nullOutputStream());
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
                        query -> LARGE,
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

    /** Has read the answer's head, so that its body is on the way. */
    private RawHttp reader() {
        RawHttp reader = RawHttp.connect(port);
        readers.add(reader);
        assertThat(reader.send(ASK + "\r\n").readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        return reader;
    }

    @Test
    void theOneWhoHasBeenReadingLongestGivesWay() {
        RawHttp first = reader();
        RawHttp second = reader();
        List<RawHttp> others = new ArrayList<>();
        for (int i = 2; i < 9; i++) {
            others.add(reader());
        }
        assertThat(first.readToEnd()).hasSizeLessThan(LARGE.length());
        assertThat(second.read(LARGE.length())).hasSize(LARGE.length());
        assertThat(others.get(6).read(LARGE.length())).hasSize(LARGE.length());
    }

    @Test
    void aPageThatWasLeftMakesRoom() {
        for (int i = 0; i < 100; i++) {
            reader().reset();
        }
        RawHttp whole = reader();
        assertThat(new String(whole.read(LARGE.length()), StandardCharsets.US_ASCII))
                .isEqualTo(LARGE);
        RawResponse next =
                whole.send("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n").readResponse();
        assertThat(next.body()).isEqualTo("live\n");
    }

    @Test
    void theLengthIsToldInAdvance() {
        try (RawHttp client = RawHttp.connect(port)) {
            RawResponse head = client.send(ASK.replace("GET", "HEAD") + "\r\n").readResponse("HEAD");
            assertThat(head.header("content-length")).isEqualTo(Integer.toString(LARGE.length()));
            RawResponse compressed =
                    client.send(ASK + "Accept-Encoding: gzip\r\n\r\n").readResponse();
            assertThat(compressed.header("content-encoding")).isEqualTo("gzip");
            assertThat(Integer.parseInt(compressed.header("content-length"))).isLessThan(LARGE.length() / 50);
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
