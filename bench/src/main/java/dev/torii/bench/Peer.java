package dev.torii.bench;

import java.io.IOException;

/** A product that can be put in front of the backend. */
interface Peer {

    /** As in tables and on the command line. */
    String name();

    /** Name and version, as the product tells them. */
    String version(Site site) throws IOException, InterruptedException;

    /** Starts it with one worker thread for a scenario. It may not be serving yet; {@link DutyCheck} waits for that. */
    Proxy start(Scenario scenario, Site site) throws IOException;

    /** Whether it has to run for a while before it is as fast as it gets. */
    default boolean warmsUp() {
        return false;
    }
}
