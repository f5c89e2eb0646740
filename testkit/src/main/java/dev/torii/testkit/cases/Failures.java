package dev.torii.testkit.cases;

import io.vertx.core.VertxException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Tells from an exception what the other side did. */
final class Failures {

    static final String NOTHING_LISTENS = "nothing listens";

    private Failures() {}

    /** The end of the stream, a reset or an alert of the other side is a rejection; all else is named, so that no case takes it for one. */
    static Answer answer(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            if (t instanceof SocketTimeoutException || t instanceof TimeoutException) {
                return Answer.failed("timeout", message);
            } else if (t instanceof ConnectException) {
                return Answer.failed(NOTHING_LISTENS, message);
            } else if (t instanceof EOFException || t instanceof ClosedChannelException || isEnd(t, message)) {
                return Answer.failed("rejected", message);
            }
        }
        return Answer.failed("error", thrown.toString());
    }

    private static boolean isEnd(Throwable t, String message) {
        return t instanceof SocketException && (message.contains("reset") || message.contains("Broken pipe"))
                || t instanceof SSLException && message.contains("Remote host terminated the handshake")
                || t instanceof SSLException && message.contains("Received fatal alert")
                || t instanceof io.vertx.core.http.HttpClosedException
                || t instanceof VertxException && message.equals("Connection was closed");
    }
}
