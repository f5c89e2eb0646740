package dev.torii.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Finds a port that nobody listens on. Binding port 0 does not do for sockets that share their port (SO_REUSEPORT): the
 * kernel may then give one that another such socket of ours has already.
 */
public final class FreePort {

    private FreePort() {}

    /** A free port of 127.0.0.1, free until somebody takes it. */
    public static int find() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
