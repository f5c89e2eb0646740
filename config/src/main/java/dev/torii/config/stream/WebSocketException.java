package dev.torii.config.stream;

import java.io.IOException;

/** A WebSocket that cannot go on: one side has closed it, or has to. Says why in one line. */
final class WebSocketException extends IOException {

    static final int PROTOCOL_ERROR = 1002;
    static final int UNACCEPTABLE = 1003;
    static final int NOT_UTF8 = 1007;
    static final int TOO_BIG = 1009;

    private static final long serialVersionUID = 1;

    private final int code;

    /** @param code of RFC 6455, section 7.4, or our own */
    WebSocketException(int code, String line) {
        super(line);
        this.code = code;
    }

    int code() {
        return code;
    }
}
