package dev.torii.console.log;

import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The last lines of all access logs, bounded by lines and by bytes, and who watches for new ones. For one event loop. */
public final class LogBook {

    private static final int MAX_WATCHERS = 16;

    private final int maxLines;
    private final long maxBytes;
    private final Deque<LogLine> lines = new ArrayDeque<>();
    private final Set<Watcher> watchers = new LinkedHashSet<>();
    private long bytes;

    /** Empty. */
    public LogBook(int maxLines, long maxBytes) {
        this.maxLines = maxLines;
        this.maxBytes = maxBytes;
    }

    /** Takes new lines as they come, on the event loop. */
    public interface Watcher {

        /**
         * A line of some proxy.
         *
         * @param fields of the line, read once for all
         */
        void line(LogLine line, JsonObject fields);

        /** A proxy had more lines than it could tell. */
        void lost(String proxy, long lines);
    }

    void add(LogLine line, JsonObject fields) {
        lines.addLast(line);
        bytes += line.bytes();
        while (lines.size() > maxLines || bytes > maxBytes) {
            bytes -= lines.removeFirst().bytes();
        }
        List.copyOf(watchers).forEach(watcher -> watcher.line(line, fields));
    }

    void lost(String proxy, long count) {
        List.copyOf(watchers).forEach(watcher -> watcher.lost(proxy, count));
    }

    /** All lines there are, newest first; a copy that any thread may read. */
    public List<LogLine> newestFirst() {
        List<LogLine> all = new ArrayList<>(lines);
        Collections.reverse(all);
        return all;
    }

    /** How many lines there are. */
    public int size() {
        return lines.size();
    }

    /** False when too many watch already. */
    public boolean watch(Watcher watcher) {
        return watchers.size() < MAX_WATCHERS && watchers.add(watcher);
    }

    /** Tells it no more. */
    public void leave(Watcher watcher) {
        watchers.remove(watcher);
    }
}
