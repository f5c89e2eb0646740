package dev.torii.proxy.upstream.health;

import dev.torii.proxy.upstream.health.Probe.Question;
import dev.torii.routing.Endpoint;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks one endpoint again and again, one question at a time. For one thread. */
final class EndpointCheck {

    /** Of an interval, either way: what began together drifts apart. */
    private static final double JITTER = 0.1;

    private final Checker checker;
    private final ClusterChecks cluster;
    private final Endpoint endpoint;
    private final Streak streak = new Streak();
    /** Grows with each step: what an earlier one has set going is not listened to. */
    private int step;

    private @Nullable Runnable takeBack;
    private boolean asking;
    private boolean asked;
    private long askedAt;

    EndpointCheck(Checker checker, ClusterChecks cluster, Endpoint endpoint) {
        this.checker = checker;
        this.cluster = cluster;
        this.endpoint = endpoint;
    }

    /** Asks as soon as possible, and believes the first answer: the endpoint, or what is asked, is new. */
    void restart() {
        stop();
        streak.restart();
        asked = false;
        queue();
    }

    /** Asks no more, and does not listen to what is still to come. */
    void stop() {
        step++;
        Runnable last = takeBack;
        takeBack = null;
        if (last != null) {
            last.run();
        }
        if (asking) {
            asking = false;
            checker.slots().giveBack();
        }
    }

    private void queue() {
        int mine = ++step;
        takeBack = null;
        checker.slots().take(() -> {
            if (mine == step && cluster.isWanted()) {
                ask();
            } else {
                checker.slots().giveBack();
            }
        });
    }

    private void ask() {
        int mine = ++step;
        asking = true;
        askedAt = checker.timers().nanoTime();
        Runnable question = checker.probe()
                .ask(new Question(cluster.cluster(), endpoint, cluster.how()), reason -> answered(mine, reason));
        // Only now: the very first question takes long to get ready, which is no fault of the endpoint.
        Runnable clock = checker.timers().in(cluster.how().timeoutMs(), () -> answered(mine, "timeout"));
        takeBack = () -> {
            clock.run();
            question.run();
        };
    }

    private void answered(int by, String reason) {
        if (by != step) {
            return;
        }
        stop();
        if (streak.hear(reason.isEmpty(), cluster.how())) {
            cluster.changed(endpoint, reason);
        } else if (!streak.isHealthy() && !reason.isEmpty()) {
            cluster.stillUnhealthy(endpoint, reason);
        }
        checker.heard(cluster.cluster(), reason.isEmpty());
        takeBack = checker.timers().in(untilNext(), this::queue);
        asked = true;
    }

    private long untilNext() {
        double random = checker.random();
        double share = asked ? 1 - JITTER + 2 * JITTER * random : random;
        long took = TimeUnit.NANOSECONDS.toMillis(checker.timers().nanoTime() - askedAt);
        return Math.max(1, Math.round(cluster.how().intervalMs() * share) - took);
    }
}
