package dev.torii.proxy.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.torii.proxy.HeaderMask;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes what the access log wants of a request's headers and its answer's, as it may be shown. */
final class ChosenHeaders {

    /** Longer values are cut and end in {@code …}. */
    static final int MAX_SHOWN = 256;

    private ChosenHeaders() {}

    /** As the client sent them: name, value, name, value, …. */
    static List<String> of(HttpServerRequest request, List<LoggedHeader> chosen, HeaderMask mask) {
        return chosen.isEmpty() ? List.of() : take(request.headers(), null, chosen, mask);
    }

    /** As the client gets them, in the head or, as gRPC's status, after the body; nothing of an answer it did not get. */
    static List<String> of(HttpServerResponse response, List<LoggedHeader> chosen, HeaderMask mask) {
        return chosen.isEmpty() || !response.headWritten()
                ? List.of()
                : take(response.headers(), response.trailers(), chosen, mask);
    }

    private static List<String> take(
            MultiMap head, @Nullable MultiMap trailers, List<LoggedHeader> chosen, HeaderMask mask) {
        List<String> taken = new ArrayList<>(chosen.size() * 2);
        for (LoggedHeader header : chosen) {
            List<String> values = head.getAll(header.name());
            values = values.isEmpty() && trailers != null ? trailers.getAll(header.name()) : values;
            if (!values.isEmpty()) {
                String value = values.size() == 1 ? values.get(0) : String.join(", ", values);
                taken.add(header.name());
                taken.add(header.mode() == Mode.PLAIN ? shown(value) : mask.show(value, header.mode()));
            }
        }
        return taken;
    }

    private static String shown(String value) {
        String text = text(value);
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }

    /** Heads are read a byte a character; most people write UTF-8. What is not that stays as it is. */
    private static String text(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > '~') {
                try {
                    return UTF_8.newDecoder()
                            .decode(ByteBuffer.wrap(value.getBytes(ISO_8859_1)))
                            .toString();
                } catch (CharacterCodingException otherEncoding) {
                    return value;
                }
            }
        }
        return value;
    }
}
