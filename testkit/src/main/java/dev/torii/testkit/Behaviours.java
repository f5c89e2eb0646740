package dev.torii.testkit;

import dev.torii.testkit.MisbehavingBackend.Behaviour;
import java.io.EOFException;

/** The usual sins of backends. */
public final class Behaviours {

    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    private Behaviours() {}

    /** None: answers every request without a body with {@code 200 ok}, keeping the connection. */
    public static Behaviour wellBehaved() {
        return answers(OK);
    }

    /** Answers every request without a body with these bytes, keeping the connection. */
    public static Behaviour answers(String bytes) {
        return connection -> {
            while (true) {
                connection.readHead();
                connection.send(bytes);
            }
        };
    }

    /** Reads the request and never answers. */
    public static Behaviour stalls() {
        return connection -> {
            connection.readHead();
            connection.stall();
        };
    }

    /** Sends the head and a part of the body, then nothing more. */
    public static Behaviour stallsInBody() {
        return connection -> {
            connection.readHead();
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
            connection.stall();
        };
    }

    /** Sends a whole answer byte by byte. */
    public static Behaviour drips(String bytes, long everyMs) {
        return connection -> {
            connection.readHead();
            connection.drip(bytes, everyMs);
        };
    }

    /** Resets instead of answering. */
    public static Behaviour resets() {
        return connection -> {
            connection.readHead();
            connection.reset();
        };
    }

    /** Resets in the middle of the body. */
    public static Behaviour resetsInBody() {
        return connection -> {
            connection.readHead();
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
            connection.reset();
        };
    }

    /** Closes without a word once the request has come. */
    public static Behaviour closesAfterRequest() {
        return BackendConnection::readHead;
    }

    /** Promises ten bytes and closes right after the head. */
    public static Behaviour closesAfterHead() {
        return connection -> {
            connection.readHead();
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n");
        };
    }

    /** Closes before a request can be read. */
    public static Behaviour closesAtOnce() {
        return connection -> {};
    }

    /** Answers well, but closes a connection that is idle for so long: the keep-alive race. */
    public static Behaviour closesWhenIdle(int millis) {
        return connection -> {
            try {
                while (true) {
                    connection.readHead(millis);
                    connection.send(OK);
                }
            } catch (EOFException done) {
                return;
            }
        };
    }

    /** Answers with what is not HTTP. */
    public static Behaviour garbage() {
        return connection -> {
            connection.readHead();
            connection.send("\u0000\u0001 this is not HTTP at all\r\n\r\n");
        };
    }

    /** Answers, then half-closes and reads on. */
    public static Behaviour halfCloses() {
        return connection -> {
            connection.readHead();
            connection.send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
            connection.halfClose();
            connection.stall();
        };
    }
}
