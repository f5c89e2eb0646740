package dev.torii.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A backend for bodies of any size, of HTTP/1 and HTTP/2 in clear. {@code GET …/N} is answered with N bytes of {@link Noise};
 * an upload with its {@link Noise.Tally}; an upload to {@code …/deaf} is not read before {@link #hear}.
 */
public final class NoiseBackend implements Listening {

    private final HttpServer server;
    private final AtomicLong sent = new AtomicLong();
    private final Queue<HttpServerRequest> unheard = new ConcurrentLinkedQueue<>();

    private NoiseBackend(Vertx vertx) {
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(HOST)
                        .setPort(0)
                        .setInitialSettings(new Http2Settings().setInitialWindowSize(1 << 20))
                        .setHttp2ConnectionWindowSize(1 << 26))
                .requestHandler(this::serve);
        server.listen().await();
    }

    public static NoiseBackend start(Vertx vertx) {
        return new NoiseBackend(vertx);
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    /** Bytes that were handed to the network in answers so far. */
    public long sent() {
        return sent.get();
    }

    /** Reads all that was not read. */
    public void hear() {
        for (HttpServerRequest request = unheard.poll(); request != null; request = unheard.poll()) {
            request.resume();
        }
    }

    private void serve(HttpServerRequest request) {
        if (request.method() == HttpMethod.GET) {
            String bytes = request.path().substring(request.path().lastIndexOf('/') + 1);
            request.response().putHeader("content-length", bytes);
            Noise.send(request.response(), Long.parseLong(bytes), sent);
            return;
        }
        Noise.Tally tally = new Noise.Tally();
        request.handler(tally::add).endHandler(v -> request.response().end(tally.toString()));
        if (request.path().endsWith("/deaf")) {
            request.pause();
            unheard.add(request);
        }
    }

    @Override
    public void close() {
        server.close().await();
    }
}
