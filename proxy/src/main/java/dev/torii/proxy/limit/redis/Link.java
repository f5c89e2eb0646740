package dev.torii.proxy.limit.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a Redis, never used again once it has failed. Has a client of its own, because only with that can a
 * connection be closed on which nothing is answered. Used on one event loop.
 */
final class Link {

    private final Redis client;
    private final Runnable gone;
    private @Nullable RedisConnection connection;
    private boolean closed;

    /**
     * @param uri {@code redis://} or {@code rediss://}, with user, password and database
     * @param gone told once when the connection ends that had been opened, unless by {@link #close}
     * @throws IllegalArgumentException when it is no such URI
     */
    Link(Vertx vertx, String uri, NetClientOptions net, int maxQuestions, Runnable gone) {
        this.gone = gone;
        RedisOptions options = new RedisOptions()
                .setConnectionString(uri)
                .setNetClientOptions(net)
                .setMaxWaitingHandlers(maxQuestions)
                .setMaxPoolSize(1)
                .setPoolCleanerInterval(-1)
                .setTracingPolicy(TracingPolicy.IGNORE);
        client = Redis.createClient(vertx, options);
    }

    /** Connects and says who we are. May take for ever: {@link #close} ends that. */
    Future<Void> open() {
        return client.connect().map(opened -> {
            connection = opened;
            opened.endHandler(v -> ended());
            opened.exceptionHandler(e -> ended());
            return null;
        });
    }

    private void ended() {
        if (!closed) {
            close();
            gone.run();
        }
    }

    Future<Answer> ask(String key, Terms terms, long needed, long extra) {
        return send(Script.known(key, terms, needed, extra))
                .recover(e -> String.valueOf(e.getMessage()).startsWith("NOSCRIPT")
                        ? send(Script.whole(key, terms, needed, extra))
                        : Future.failedFuture(e))
                .map(Script::answer);
    }

    private Future<Response> send(Request request) {
        RedisConnection open = connection;
        return open == null || closed ? Future.failedFuture("connection closed") : open.send(request);
    }

    void close() {
        closed = true;
        client.close();
    }
}
