package dev.torii.testkit.cases;

/** Makes one kind of request on a connection of its own, and never throws for what the gateway does. Safe on any thread. */
interface Probe extends AutoCloseable {

    /**
     * @param port where the gateway really listens
     * @param exchange of which only the request is looked at
     */
    Answer ask(int port, Exchange exchange);

    @Override
    default void close() {}
}
