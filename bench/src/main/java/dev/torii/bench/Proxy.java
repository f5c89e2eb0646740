package dev.torii.bench;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A peer at work in one scenario.
 *
 * @param log its access log; in the plain scenario nothing is written there
 */
record Proxy(Peer peer, Scenario scenario, Running process, Ports ports, Path log) implements AutoCloseable {

    String name() {
        return peer.name();
    }

    String title() {
        return peer.name() + " (" + scenario.label() + ")";
    }

    /** Forgets the log so far; all peers append, so they go on at the start. */
    void emptyLog() throws IOException {
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            file.truncate(0);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
