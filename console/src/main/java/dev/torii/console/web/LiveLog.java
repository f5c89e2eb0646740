package dev.torii.console.web;

import dev.torii.console.log.LogBook;
import dev.torii.console.log.LogFilter;
import dev.torii.console.log.LogLine;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Sends one browser the lines it wants as they come, as Server-Sent Events. Lines that it does not take fast enough are
 * left out and counted, and it is told how many. For one event loop.
 */
final class LiveLog implements LogBook.Watcher {

    private static final int MAX_WAITING_BYTES = 256 * 1024;
    private static final long ALIVE_MILLIS = 15_000;

    private final HttpServerResponse response;
    private final LogFilter filter;
    private long dropped;

    private LiveLog(HttpServerResponse response, LogFilter filter) {
        this.response = response;
        this.filter = filter;
    }

    /** Until the browser leaves. */
    static void open(Vertx vertx, RoutingContext ctx, LogBook book, LogFilter filter) {
        LiveLog live = new LiveLog(ctx.response(), filter);
        if (!book.watch(live)) {
            ctx.response().putHeader("retry-after", "5");
            Pages.error(ctx, 429, "too many watch the log already");
            return;
        }
        ctx.response()
                .setChunked(true)
                .setWriteQueueMaxSize(MAX_WAITING_BYTES)
                .putHeader("content-type", "text/event-stream")
                .putHeader("cache-control", "no-store")
                .write(": the log begins\n\n");
        long alive = vertx.setPeriodic(ALIVE_MILLIS, id -> live.write(": still here\n\n"));
        ctx.response().drainHandler(v -> live.tellDropped()).closeHandler(v -> {
            vertx.cancelTimer(alive);
            book.leave(live);
        });
    }

    @Override
    public void line(LogLine line, JsonObject fields) {
        if (!filter.test(line, fields)) {
            return;
        }
        if (response.writeQueueFull()) {
            dropped++;
        } else {
            tellDropped();
            write("event: line\ndata: " + line.text() + "\n\n");
        }
    }

    @Override
    public void lost(String proxy, long lines) {
        write("event: dropped\ndata: " + new JsonObject().put("dropped", lines).put("proxy", proxy) + "\n\n");
    }

    private void tellDropped() {
        if (dropped > 0) {
            write("event: dropped\ndata: " + new JsonObject().put("dropped", dropped) + "\n\n");
            dropped = 0;
        }
    }

    private void write(String event) {
        if (!response.closed() && !response.ended() && !response.writeQueueFull()) {
            response.write(event);
        }
    }
}
