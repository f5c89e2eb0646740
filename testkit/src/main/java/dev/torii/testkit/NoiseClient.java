package dev.torii.testkit;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends and receives bodies of any size: the other side of {@link NoiseBackend}. Over HTTP/2 all go through one connection,
 * over HTTP/1 each through its own.
 */
public final class NoiseClient implements AutoCloseable {

    private static final int WINDOW = 1 << 18;

    private final HttpClient client;
    private final AtomicLong sent = new AtomicLong();

    /** Of loopback. */
    public NoiseClient(Vertx vertx, HttpVersion version, int port) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(version)
                .setHttp2ClearTextUpgrade(false)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW))
                .setHttp2ConnectionWindowSize(1 << 26)
                .setDefaultHost(Listening.HOST)
                .setDefaultPort(port);
        client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(1_000));
    }

    /** What arrived, when all has. */
    public Future<Noise.Tally> download(String path) {
        return open(path).compose(NoiseClient::read);
    }

    /** An answer of which nothing is read before {@link #read}. */
    public Future<HttpClientResponse> open(String path) {
        return client.request(HttpMethod.GET, path)
                .compose(request -> request.send().map(HttpClientResponse::pause));
    }

    /** Reads an answer to its end. */
    public static Future<Noise.Tally> read(HttpClientResponse answer) {
        Noise.Tally tally = new Noise.Tally();
        answer.handler(tally::add);
        Future<Void> end = answer.end();
        answer.resume();
        return end.map(tally);
    }

    /** What the backend answered, usually its tally. */
    public Future<String> upload(String path, long bytes) {
        return client.request(HttpMethod.PUT, path)
                .compose(request -> {
                    request.putHeader("content-length", Long.toString(bytes));
                    Noise.send(request, bytes, sent);
                    return request.response().compose(HttpClientResponse::body);
                })
                .map(Buffer::toString);
    }

    /** Bytes that were handed to the network in uploads so far. */
    public long sent() {
        return sent.get();
    }

    @Override
    public void close() {
        client.close().await();
    }
}
