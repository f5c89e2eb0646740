package dev.torii.bench;

import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Our own client, for checks and for the latency part: one event loop, any protocol. */
final class Client implements AutoCloseable {

    /** Held, because loggers that nobody holds forget their level. What went wrong comes back in futures. */
    private final Logger quiet = Logger.getLogger("io.vertx");

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
    private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();

    Client() {
        quiet.setLevel(Level.OFF);
    }

    /** One answer, whole. */
    record Answer(int status, Map<String, String> headers, String body) {}

    /** Runs later on the event loop, which is precise to some microseconds where Vert.x' own timers know milliseconds. */
    void after(long nanos, Runnable action) {
        ScheduledFuture<?> unused = context.nettyEventLoop().schedule(action, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    /** Runs on the event loop, where clients must be made and used so that their connections live there. */
    void run(Runnable action) {
        context.runOnContext(ignored -> action.run());
    }

    HttpClient open(Wire wire) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(wire.http2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)
                .setHttp2ClearTextUpgrade(false)
                .setSsl(wire.tls())
                .setUseAlpn(wire.tls())
                .setTrustAll(true)
                .setVerifyHost(false);
        if (wire.tls()) {
            options.setAlpnVersions(List.of(wire.http2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1));
        }
        return vertx.createHttpClient(
                options, new PoolOptions().setHttp1MaxSize(64).setHttp2MaxSize(4));
    }

    /** Sends one request; the future holds the head of the answer, whose body may not have come yet. */
    static Future<HttpClientResponse> send(HttpClient http, int port, String path, Map<String, String> headers) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setServer(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                .setHost(Traffic.HOST)
                .setURI(path);
        return http.request(options).compose(request -> {
            request.authority(HostAndPort.authority(Traffic.HOST));
            headers.forEach(request::putHeader);
            return request.send();
        });
    }

    /** Asks once and waits. */
    Answer ask(Wire wire, int port, String path, Map<String, String> headers) throws Exception {
        HttpClient http = open(wire);
        try {
            Future<Answer> answer =
                    send(http, port, path, headers).compose(head -> head.body().map(body -> whole(head, body)));
            return answer.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } finally {
            http.close();
        }
    }

    private static Answer whole(HttpClientResponse head, Buffer body) {
        Map<String, String> headers = new HashMap<>();
        head.headers()
                .forEach((name, value) -> headers.merge(name.toLowerCase(Locale.ROOT), value, (a, b) -> a + ", " + b));
        return new Answer(head.statusCode(), headers, body.toString());
    }

    @Override
    public void close() {
        vertx.close();
    }
}
