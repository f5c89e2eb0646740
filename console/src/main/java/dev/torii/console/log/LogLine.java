package dev.torii.console.log;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * One line of a proxy's access log. Kept as text, which takes a quarter of what an object does.
 *
 * @param text a JSON object whose first field is {@code proxy}
 */
public record LogLine(String text) {

    private static final String PROXY = "proxy";
    private static final int BYTES = 64;

    /** Null for what is no line of an access log. */
    static @Nullable LogLine of(String proxy, Buffer line) {
        try {
            JsonObject fields = new JsonObject(line);
            if (fields.isEmpty()) {
                return null;
            }
            fields.remove(PROXY);
            return new LogLine(
                    new JsonObject().put(PROXY, proxy).mergeIn(fields).encode());
        } catch (DecodeException | ClassCastException e) {
            return null;
        }
    }

    JsonObject fields() {
        return new JsonObject(text);
    }

    int bytes() {
        return BYTES + text.length();
    }
}
