package dev.torii.console.mesh;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Asks admin ports for pages; an answer that is too slow or too large is a failure with one line. */
public final class AdminClient {

    private static final int MAX_BYTES = 32 << 20;
    private static final int SECONDS = 5;

    private final HttpClient client;

    /** Connects when first used. */
    public AdminClient(Vertx vertx) {
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout(2_000)
                .setDecompressionSupported(true)
                .setKeepAliveTimeout(20));
    }

    /** An answer, whatever its status. */
    public record Answer(int status, Buffer body) {}

    /** Asks for a page; completes on an event loop. */
    public Future<Answer> get(String address, String path) {
        return open(address, path, true)
                .compose(response -> collect(response)
                        .timeout(SECONDS, TimeUnit.SECONDS)
                        .onFailure(e -> response.request().reset()))
                .recover(e -> Future.failedFuture(new IOException(line(e), e)));
    }

    /** Begins an answer that may never end. The response is paused; its reader resumes it. */
    public Future<HttpClientResponse> open(String address, String path) {
        return open(address, path, false);
    }

    private Future<HttpClientResponse> open(String address, String path, boolean packed) {
        HostAndPort at = HostAndPort.parseAuthority(address, 80);
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(at.host())
                .setPort(at.port())
                .setURI(path)
                .putHeader("accept-encoding", packed ? "gzip" : "identity");
        return client.request(options)
                .compose(request -> request.send()
                        .map(HttpClientResponse::pause)
                        .timeout(SECONDS, TimeUnit.SECONDS)
                        .onFailure(e -> request.reset()));
    }

    private static Future<Answer> collect(HttpClientResponse response) {
        Promise<Answer> answer = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(chunk -> {
                    if (body.length() + chunk.length() > MAX_BYTES) {
                        answer.tryFail(new IOException("answers more than " + MAX_BYTES + " bytes"));
                    } else {
                        body.appendBuffer(chunk);
                    }
                })
                .exceptionHandler(answer::tryFail)
                .endHandler(v -> answer.tryComplete(new Answer(response.statusCode(), body)))
                .resume();
        return answer.future();
    }

    private static String line(Throwable e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse(e.getClass().getSimpleName());
    }
}
