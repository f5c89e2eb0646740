package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.upstream.UpstreamRequest;
import dev.torii.routing.Cluster;
import java.util.concurrent.CompletionStage;

/** What is to be done with a request: the outcome of {@link Routing}. */
sealed interface Decision {

    /**
     * Answer with a failure.
     *
     * @param status may differ from the fault's usual one (414, 413, 405 …)
     * @param detail one lower_snake word
     * @param grpcStatus what a gRPC client is told in place of the status
     */
    record Refuse(Fault why, int status, String detail, int grpcStatus) implements Decision {

        /** With the fault's own status for gRPC. */
        Refuse(Fault why, int status, String detail) {
            this(why, status, detail, why.grpcStatus());
        }
    }

    /** Answer a CORS preflight. */
    record Preflight(CorsFilter cors) implements Decision {}

    /** Give the client's connection away: it asked (CONNECT) for a place, not for an answer. */
    record Connect(Door.Strangers to, String host, int port) implements Decision {}

    /** Decide again, by the plan of that time, when somebody has answered. */
    record Ask(CompletionStage<Void> answer) implements Decision {}

    /** Send the client elsewhere. */
    record Redirect(int status, String location) implements Decision {}

    /**
     * Ask a backend.
     *
     * @param request the head as the backend shall see it
     * @param bodyLimit bytes; 0 for none
     */
    record Forward(
            RulePlan rule, RulePlan.BackendPlan backend, Cluster cluster, UpstreamRequest request, long bodyLimit)
            implements Decision {}
}
