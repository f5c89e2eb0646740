package dev.torii.proxy.upstream.health;

import dev.torii.proxy.ConnectFailures;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Names what went wrong in one lower_snake word. */
final class Reasons {

    private Reasons() {}

    /** @param cause null when nothing did, which is {@code ""} */
    static String of(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        if (cause instanceof ConnectTimeoutException || cause instanceof TimeoutException) {
            return "timeout";
        }
        String why = ConnectFailures.of(cause);
        return why.equals(ConnectFailures.OTHER) ? ofAnswer(cause) : why;
    }

    private static String ofAnswer(Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            return "head_too_large";
        }
        if (cause instanceof DecoderException
                || cause instanceof Http2Exception
                || cause instanceof IllegalArgumentException
                || cause instanceof IllegalStateException) {
            return "protocol_error";
        }
        boolean left = cause instanceof HttpClosedException
                || cause instanceof StreamResetException
                || cause instanceof IOException;
        return left ? "closed_before_answer" : "failed";
    }
}
