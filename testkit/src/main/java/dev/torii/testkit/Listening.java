package dev.torii.testkit;

/** Something that listens on loopback. */
public interface Listening extends AutoCloseable {

    /** The loopback address that all fixtures listen on. */
    String HOST = "127.0.0.1";

    /** The port the system picked. */
    int port();

    /** {@code host:port}, as configuration names it. */
    default String address() {
        return HOST + ":" + port();
    }

    /** Stops listening and drops what is open. Blocks; may be called twice. */
    @Override
    void close();
}
