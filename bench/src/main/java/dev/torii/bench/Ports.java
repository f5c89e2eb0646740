package dev.torii.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Where one proxy listens on loopback.
 *
 * @param h2c the same as {@code clear} unless the product keeps the two apart
 */
record Ports(int clear, int h2c, int tls) {

    static Ports free() throws IOException {
        return new Ports(freePort(), freePort(), freePort());
    }

    Ports oneForClear() {
        return new Ports(clear, clear, tls);
    }

    /** A port that is free now. Somebody may take it before we do; then the start fails and says so. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
