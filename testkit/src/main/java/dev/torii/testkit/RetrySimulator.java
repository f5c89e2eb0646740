package dev.torii.testkit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code /retry/…?uuid=U&succeedAfter=N&responseCode=C&delayRetry=300ms}: the first N tries of U fail with the status C,
 * or by a TCP reset when none is given, each after the delay; later ones succeed. Source: the conformance suite's echo
 * backend (which also makes tries wait for each other; this one does not).
 */
final class RetrySimulator {

    private final Map<String, Integer> tries = new ConcurrentHashMap<>();

    /** What becomes of a try; status 0 is a TCP reset. */
    record Verdict(boolean succeeds, int status, long delayMs) {}

    boolean takes(HttpServerRequest request) {
        return request.path() != null && request.path().startsWith("/retry/") && request.getParam("uuid") != null;
    }

    Verdict next(HttpServerRequest request) {
        int tryNumber = tries.merge(request.getParam("uuid"), 1, Integer::sum);
        boolean succeeds = tryNumber > number(request.getParam("succeedAfter"));
        long delay = EchoBackend.millis(request.getParam("delayRetry"));
        return new Verdict(succeeds, number(request.getParam("responseCode")), delay);
    }

    /** Sends RST instead of FIN; on HTTP/2 only the stream is reset. */
    static void reset(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset();
            return;
        }
        Channel channel = ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
    }

    private static int number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
    }
}
