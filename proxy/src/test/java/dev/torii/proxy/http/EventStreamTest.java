package dev.torii.proxy.http;

import static io.vertx.core.http.HttpVersion.HTTP_2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.LoadBalancing;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Server-sent events: nothing is held back, an end on either side is told to the other, comments keep a stream alive. */
class EventStreamTest {

    private static final int COMMENT_EVERY_MS = 100;
    private static final int IDLE_MS = 1_500;

    private final Vertx vertx = Vertx.vertx();
    private final Promise<HttpServerResponse> opened = Promise.promise();
    private final Promise<Void> told = Promise.promise();
    private final HttpServer backend =
            TestProxy.await(vertx.createHttpServer().requestHandler(this::open).listen(0, "127.0.0.1"));
    private final TestProxy proxy = new TestProxy();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    private HttpClient client;

    private void open(HttpServerRequest request) {
        request.response().closeHandler(v -> told.tryComplete()).exceptionHandler(e -> told.tryComplete());
        request.response().setChunked(true).putHeader("content-type", "text/event-stream");
        request.response().writeHead().onSuccess(v -> opened.complete(request.response()));
    }

    @AfterEach
    void close() {
        TestProxy.await(client.close());
        proxy.close();
        TestProxy.await(vertx.close());
    }

    /** Returns as soon as the head has come: no event was sent yet. */
    private HttpClientResponse listen(HttpVersion from, HttpVersion to) {
        Cluster.Protocol protocol = to == HTTP_2 ? Cluster.Protocol.HTTP2 : Cluster.Protocol.HTTP1;
        proxy.settings(new ListenerSettings(0, false, false, 8192, 65536, 128, 0, 10_000, IDLE_MS, 10_000))
                .cluster("events", protocol, LoadBalancing.DEFAULT, ConnectionSettings.DEFAULT, backend.actualPort())
                .route("/", "events")
                .apply();
        client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(from).setHttp2ClearTextUpgrade(false));
        HttpClientResponse answer = TestProxy.await(client.request(HttpMethod.GET, proxy.port(), "127.0.0.1", "/")
                .compose(request ->
                        request.send().onSuccess(head -> head.handler(piece -> received.add(piece.toString())))));
        assertThat(answer.getHeader("content-type")).isEqualTo("text/event-stream");
        return answer;
    }

    private String next() throws InterruptedException {
        return received.poll(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_1_1", "HTTP_1_1, HTTP_2", "HTTP_2, HTTP_1_1", "HTTP_2, HTTP_2"})
    void eachEventArrivesAtOnceAndTheEndToo(HttpVersion from, HttpVersion to) throws Exception {
        HttpClientResponse answer = listen(from, to);
        HttpServerResponse events = TestProxy.await(opened.future());
        for (int i = 0; i < 100; i++) {
            String event = "id: " + i + "\ndata: tick\n\n";
            events.write(event);
            assertThat(next()).isEqualTo(event);
        }
        events.end();
        TestProxy.await(answer.end());
        assertThat(proxy.record().fault()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_1_1", "HTTP_1_1, HTTP_2", "HTTP_2, HTTP_1_1", "HTTP_2, HTTP_2"})
    void theBackendIsToldThatTheClientLeft(HttpVersion from, HttpVersion to) throws Exception {
        HttpClientResponse answer = listen(from, to);
        TestProxy.await(opened.future()).write("data: 1\n\n");
        assertThat(next()).isEqualTo("data: 1\n\n");
        answer.request().reset();
        TestProxy.await(told.future());
        ExchangeRecord record = proxy.record();
        assertThat(record.fault()).isEqualTo(Fault.DC);
        assertThat(record.bytesOut()).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_1_1", "HTTP_1_1, HTTP_2", "HTTP_2, HTTP_1_1", "HTTP_2, HTTP_2"})
    void commentsKeepItAliveAndSilenceEndsIt(HttpVersion from, HttpVersion to) throws Exception {
        HttpClientResponse answer = listen(from, to);
        HttpServerResponse events = TestProxy.await(opened.future());
        long comments = vertx.setPeriodic(COMMENT_EVERY_MS, id -> events.write(":\n\n"));
        for (int i = 0; i < 2 * IDLE_MS / COMMENT_EVERY_MS; i++) {
            assertThat(next()).as("comment %d", i).isEqualTo(":\n\n");
        }
        vertx.cancelTimer(comments);
        assertThatThrownBy(() -> TestProxy.await(answer.end())).isInstanceOf(IllegalStateException.class);
        TestProxy.await(told.future());
        assertThat(proxy.record().detail()).isEqualTo("stream_idle");
    }
}
