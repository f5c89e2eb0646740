package dev.torii.proxy.upstream.health;

import dev.torii.routing.Resilience.HealthCheck;

/**
 * When the word about an endpoint changes. It is good until the first answer, which decides alone, as nothing is known
 * that would speak against it; later it takes as many answers in a row as configured.
 */
final class Streak {

    private boolean answered;
    private boolean healthy = true;
    private int against;

    boolean isHealthy() {
        return healthy;
    }

    /** The next answer decides alone again; until then the word stays. */
    void restart() {
        answered = false;
    }

    /** @return whether the word is another one now */
    boolean hear(boolean good, HealthCheck how) {
        against = good == healthy ? 0 : against + 1;
        int enough = !answered ? 1 : good ? how.healthyThreshold() : how.unhealthyThreshold();
        answered = true;
        if (against == 0 || against < enough) {
            return false;
        }
        healthy = good;
        against = 0;
        return true;
    }
}
