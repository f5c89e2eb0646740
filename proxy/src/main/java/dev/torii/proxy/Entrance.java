package dev.torii.proxy;

import io.vertx.core.Future;
import java.time.Duration;

/** A port as one event loop serves it. Methods are called on that event loop. */
public interface Entrance {

    /**
     * Opens the port.
     *
     * @param bindPort 0 for any free one
     * @return the port that was bound
     */
    Future<Integer> listen(String host, int bindPort);

    /** Stops accepting, lets what is in flight finish for so long, then closes it. */
    Future<Void> shutdown(Duration timeout);
}
