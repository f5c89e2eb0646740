package dev.torii.console.log;

import dev.torii.console.mesh.AdminClient;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the access log of every proxy ({@code GET /log} of its admin port, one JSON object a line) as long as it is
 * watched, and comes back to one that ended: soon at first, then every half minute. For one event loop.
 */
public final class LogTails {

    private static final int MAX_LINE_BYTES = 256 * 1024;
    private static final int LOOK_MILLIS = 500;
    private static final int LONGEST_WAIT = 60;

    private final AdminClient client;
    private final Supplier<Set<String>> proxies;
    private final LogBook book;
    private final Map<String, Tail> tails = new HashMap<>();
    private boolean ended;

    /** @param proxies addresses of those that are watched now */
    public LogTails(AdminClient client, Supplier<Set<String>> proxies, LogBook book) {
        this.client = client;
        this.proxies = proxies;
        this.book = book;
    }

    /** From now on; to be called on the event loop that it is for. */
    public void follow(Vertx vertx) {
        vertx.setPeriodic(1, LOOK_MILLIS, id -> look());
    }

    /** Follows nobody any more; on the same event loop. */
    public void end() {
        ended = true;
        look();
    }

    private void look() {
        Set<String> watched = ended ? Set.of() : proxies.get();
        tails.entrySet().removeIf(entry -> {
            boolean gone = !watched.contains(entry.getKey());
            if (gone) {
                entry.getValue().end();
            }
            return gone;
        });
        watched.forEach(address -> tails.computeIfAbsent(address, Tail::new).look());
    }

    private final class Tail {

        private final String address;
        private boolean open;
        private boolean ended;
        /** In looks. */
        private int wait;

        private int failures;
        private @Nullable HttpClientResponse response;

        Tail(String address) {
            this.address = address;
        }

        void look() {
            if (!open && --wait < 0) {
                open = true;
                client.open(address, "/log").onSuccess(this::read).onFailure(e -> closed());
            }
        }

        private void read(HttpClientResponse stream) {
            if (ended || stream.statusCode() != 200) {
                stream.exceptionHandler(e -> closed()).request().reset();
                closed();
                return;
            }
            response = stream;
            RecordParser.newDelimited("\n", stream)
                    .maxRecordSize(MAX_LINE_BYTES)
                    .exceptionHandler(e -> stream.request().reset())
                    .handler(this::line);
            stream.exceptionHandler(e -> closed()).endHandler(v -> closed()).resume();
        }

        private void line(Buffer text) {
            failures = 0;
            LogLine line = LogLine.of(address, text);
            if (line == null || ended) {
                return;
            }
            JsonObject fields = line.fields();
            if (fields.size() == 2 && fields.getValue("dropped") instanceof Number count) {
                book.lost(address, count.longValue());
            } else {
                book.add(line, fields);
            }
        }

        private void closed() {
            if (open) {
                open = false;
                response = null;
                wait = Math.min(LONGEST_WAIT, 1 << Math.min(failures, 6));
                failures++;
            }
        }

        void end() {
            ended = true;
            HttpClientResponse stream = response;
            if (stream != null) {
                stream.request().reset();
            }
        }
    }
}
