package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.HeaderList;
import dev.torii.proxy.upstream.ClusterState;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.routing.Retry;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The tries of one request: makes them, and says whether another follows one that failed, and when. What may have been
 * acted on is repeated only where the method allows it (RFC 9110, 9.2.2), and nothing is once the client has the head of
 * an answer, or when a part of the body is gone.
 *
 * <ul>
 *   <li>One repeat is made at once, whatever is configured: when the backend did not act on the request, or when its
 *       method may be repeated and no byte of an answer came. It is free when the request never left; what was lost costs,
 *       or a backend that resets everything would get everything twice, at each hop. Without a rule's word a third try
 *       follows when that one got no connection, and there are others.
 *   <li>More by the rule's {@link Retry} (GEP-1731): listed statuses, lost connections and tries that take too long, each
 *       time after a {@link Backoff}.
 *   <li>All but the free one take from the cluster's budget, which is there without a policy too.
 * </ul>
 */
final class Retries {

    private enum When {
        NOT,
        NOW,
        AFTER_BACKOFF
    }

    private final HttpExchange exchange;
    private final Worker worker;
    private final Decision.Forward to;
    private final Routing routing;
    private final RequestBody body;
    private final Reply reply;
    private final Outcome outcome;
    private final @Nullable Deadline deadline;
    private final @Nullable Retry policy;
    private final boolean idempotent;
    private List<EndpointState> tried = List.of();
    private @Nullable Attempt attempt;
    private @Nullable ScheduledFuture<?> waiting;

    Retries(
            HttpExchange exchange,
            Worker worker,
            Decision.Forward to,
            Routing routing,
            RequestBody body,
            Reply reply,
            Outcome outcome,
            @Nullable Deadline deadline) {
        this.exchange = exchange;
        this.worker = worker;
        this.to = to;
        this.routing = routing;
        this.body = body;
        this.reply = reply;
        this.outcome = outcome;
        this.deadline = deadline;
        this.policy = to.rule().rule().retry();
        this.idempotent = Backends.isIdempotent(to.request().method());
    }

    /** The first try. */
    void start() {
        if (policy != null && idempotent && !to.request().bodyless()) {
            body.keep(routing.head().contentLength);
        }
        ClusterState cluster = state();
        cluster.retryBudget().request(worker.now());
        next(cluster, false);
    }

    private ClusterState state() {
        return worker.upstreams().of(to.cluster(), routing.plan().generation());
    }

    private void next(ClusterState cluster, boolean fresh) {
        Attempt trying = new Attempt(exchange, cluster, to.request(), backendMs(), worker.eventLoop());
        attempt = trying;
        trying.start(tried, fresh);
    }

    private long backendMs() {
        return to.rule().rule().timeouts().backendRequestMs();
    }

    /** A try has its endpoint, and its time begins: what the backend is told of that, and of the tries before. */
    void begins(EndpointState at) {
        HeaderList headers = to.request().headers();
        outcome.trying(at.name(), routing.traceTry(headers), routing.trace().isSampled());
        if (outcome.attempts() > 1) {
            headers.set("x-torii-attempt", Integer.toString(outcome.attempts()));
        }
        long ms = backendMs();
        if (routing.head().grpc && (deadline != null || ms > 0)) {
            long left = deadline == null ? ms : deadline.leftMs();
            headers.set("grpc-timeout", GrpcTimeout.format(ms > 0 ? Math.min(ms, left) : left));
        }
    }

    /** A try failed before it had an answer or within it; whether another follows. */
    boolean follows(Fault why, boolean unsent, boolean unanswered) {
        boolean lost = why == Fault.UF || why == Fault.UC;
        boolean harmless = lost && (unsent || (unanswered && idempotent));
        boolean wanted = policy != null && (lost || why == Fault.UT) && (unsent || idempotent);
        if (reply.isStarted() || !body.isWhole()) {
            return false;
        }
        When when = when(harmless, lost && unsent, unsent && hasOthers(), wanted);
        if (when == When.NOT) {
            return false;
        }
        if (unsent || policy != null) {
            passOver();
        }
        repeat(when, unanswered);
        return true;
    }

    /**
     * An answer begins; whether it is put away because another try follows. Also where a sidecar answers because its app is
     * not there (any more): as if the app had refused itself, though only what may be repeated, for an app may have copied
     * that from an answer that it got.
     */
    boolean putsAway(int status, HttpHeaders headers, boolean bodyless) {
        if (status < 400 || !idempotent || !body.isWhole()) {
            return false;
        }
        boolean nobodyThere = hasOthers() && LocalReplies.saysUnanswered(status, headers);
        boolean wanted = policy != null && policy.codes().contains(status);
        When when = when(nobodyThere, LocalReplies.saysUnsent(headers), true, wanted);
        Attempt answered = attempt;
        if (when == When.NOT || answered == null) {
            return false;
        }
        EndpointState at = answered.endpoint();
        if (nobodyThere && at != null) {
            at.unreachable();
        }
        passOver();
        answered.putAway(headers, bodyless);
        body.detach();
        repeat(when, false);
        return true;
    }

    /**
     * @param harmless whether it may be sent again, whatever is configured
     * @param unsent whether it never left
     * @param elsewhere whether one that did not get it at all may be passed over
     * @param wanted whether the rule wants it repeated
     */
    private When when(boolean harmless, boolean unsent, boolean elsewhere, boolean wanted) {
        int tries = outcome.attempts();
        boolean second = harmless && tries == 1;
        if (second && unsent) {
            return When.NOW;
        }
        // A backend that died with the first try refuses the second.
        boolean third = harmless && elsewhere && tries == 2 && policy == null;
        boolean byRule = wanted && policy != null && tries <= policy.attempts();
        if (!second && !third && !byRule) {
            if (wanted) {
                outcome.retriesUsedUp("retries_used_up");
            }
            return When.NOT;
        }
        if (!state().retryBudget().take(to.cluster().resilience().retryBudget(), worker.now())) {
            outcome.retriesUsedUp("retry_budget_empty");
            worker.retryRefused(to.cluster().service());
            return When.NOT;
        }
        return byRule && !second ? When.AFTER_BACKOFF : When.NOW;
    }

    private boolean hasOthers() {
        return to.cluster().endpoints().size() > 1;
    }

    /** Where the last try was, no other goes while there are others. */
    private void passOver() {
        EndpointState at = attempt == null ? null : attempt.endpoint();
        if (at != null && !tried.contains(at)) {
            tried = new ArrayList<>(tried);
            tried.add(at);
        }
    }

    private void repeat(When when, boolean fresh) {
        if (policy == null || when == When.NOW) {
            next(state(), fresh);
            return;
        }
        long ms = Backoff.millis(policy.backoffMs(), outcome.attempts(), ThreadLocalRandom.current());
        if (deadline != null && ms >= deadline.leftMs()) {
            exchange.deadlinePassed(); // there is nothing to wait for
        } else {
            waiting = worker.eventLoop()
                    .schedule(() -> exchange.guarded(() -> next(state(), fresh)), ms, TimeUnit.MILLISECONDS);
        }
    }

    /** The request ends. */
    void cancel(Fault why) {
        if (waiting != null) {
            waiting.cancel(false);
        }
        if (attempt != null) {
            attempt.cancel(why);
        }
    }
}
