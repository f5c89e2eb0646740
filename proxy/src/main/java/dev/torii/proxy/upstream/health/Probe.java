package dev.torii.proxy.upstream.health;

import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Resilience.HealthCheck;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** Asks one endpoint once. Used on the checks' event loop. */
interface Probe {

    /** What to ask whom. */
    record Question(Cluster cluster, Endpoint endpoint, HealthCheck how) {}

    /**
     * Asks.
     *
     * @param answer is told {@code ""} for a good answer, else what is wrong; once, after this has returned, or never
     *     after it was taken back
     * @return hangs up, also after the answer; whoever asked keeps the time
     */
    Runnable ask(Question question, Consumer<String> answer);

    /** Closes what is open. */
    Future<Void> close();
}
