package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.upstream.UpstreamStream;
import dev.torii.routing.Cluster;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the client gets, whoever answers: a backend, or this proxy with a preflight, a redirect or a failure. Adds what
 * the configuration wants of every answer, and decides what becomes of the connection after it.
 */
final class Reply {

    private final Worker worker;
    private final ClientConnection client;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Routing routing;
    private final RequestBody body;
    private final Outcome outcome;
    private final ReplyWriter writer;
    private final boolean http2;
    private @Nullable String newSession;
    private List<String> also = List.of();
    private int retryAfterSeconds;
    private boolean started;
    private long localBytes;

    Reply(
            Worker worker,
            ClientConnection client,
            HttpServerRequest request,
            Routing routing,
            RequestBody body,
            Outcome outcome) {
        this.worker = worker;
        this.client = client;
        this.request = request;
        this.response = request.response();
        this.routing = routing;
        this.body = body;
        this.outcome = outcome;
        this.http2 = client.isHttp2();
        this.writer = new ReplyWriter(request, http2, request.version() == HttpVersion.HTTP_1_0);
    }

    /** Whether a backend's answer has begun. */
    boolean isStarted() {
        return started;
    }

    /** Bytes of body that were sent. */
    long bytes() {
        return writer.bytes() + localBytes;
    }

    /** The answer is to tell the client of a session that begins. */
    void session(@Nullable String value) {
        newSession = value;
    }

    /**
     * The answer, whoever gives it, carries these as well: name, value, name, value, …; in place of what a backend says. Of a name
     * that is said again the last value holds.
     */
    void also(List<String> headers) {
        if (also.isEmpty()) {
            also = headers;
        } else {
            List<String> all = new ArrayList<>(also);
            all.addAll(headers);
            also = all;
        }
    }

    /** A failure tells the client when to come back. */
    void retryAfter(int seconds) {
        retryAfterSeconds = seconds;
    }

    private void addAlso() {
        for (int i = 0; i < also.size(); i += 2) {
            response.headers().set(also.get(i), also.get(i + 1));
        }
    }

    /** An answer of a backend before its answer. */
    void interim(int status, HttpHeaders headers) {
        if (status != 100) {
            writer.interim(status, headers);
        } else if (routing.head().expectsContinue && !response.headWritten()) {
            response.writeContinue();
        }
    }

    /** A backend's head. */
    void head(int status, HttpHeaders headers, boolean bodyless) {
        started = true;
        outcome.status(status);
        writer.head(status, headers, bodyless);
        noteGrpcStatus(headers);
        decorate();
    }

    /** Sends the head if it still waits for a first piece. */
    void flushHead() {
        if (started) {
            writer.flushHead();
        }
    }

    /** A piece of a backend's body, perhaps the last. */
    void data(ByteBuf piece, boolean last, UpstreamStream from) {
        writer.data(piece, last, from);
        if (last) {
            settle(writer.written(), false);
        }
    }

    /** The end of a backend's answer. */
    void end(@Nullable HttpHeaders trailers) {
        if (trailers != null) {
            noteGrpcStatus(trailers);
        }
        writer.end(trailers);
        settle(writer.written(), false);
    }

    /** A backend agreed to switch to the protocol it names: fills the head of the 101, which the tunnel sends. */
    void switchProtocols(HttpHeaders headers) {
        started = true;
        outcome.status(101);
        writer.head(101, headers, true);
        String chosen = headers.get("upgrade");
        response.headers().set("connection", "Upgrade");
        if (chosen != null) {
            response.headers().set("upgrade", chosen);
        }
        decorate();
    }

    void preflight(CorsFilter cors) {
        outcome.status(204);
        cors.preflight(routing.head(), response.headers());
        response.headers().set("x-request-id", routing.requestId());
        response.setStatusCode(204).headersEndHandler(v -> response.headers().remove("content-length"));
        settle(response.end(), false);
    }

    void redirect(Decision.Redirect to) {
        outcome.status(to.status());
        response.headers().set("location", to.location());
        decorate();
        settle(response.setStatusCode(to.status()).end(), false);
    }

    /** An answer of our own, or, when another has begun, breaking that off. */
    void fail(Decision.Refuse failure) {
        Fault why = failure.why();
        int status = failure.status();
        String detail = failure.detail();
        outcome.failed(why, detail);
        if (response.ended() || response.closed()) {
            return;
        }
        RequestHead head = routing.head();
        if (started && response.headWritten()) {
            breakOff(why, detail);
            return;
        }
        response.headersEndHandler(null).headers().clear();
        if (status == 405) {
            response.headers().set("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        }
        RulePlan rule = routing.rule();
        if (rule != null && rule.filters().cors() != null) {
            rule.filters().cors().answer(head.header("origin"), response.headers());
        }
        addAlso();
        if (retryAfterSeconds > 0) {
            response.headers().set("retry-after", Integer.toString(retryAfterSeconds));
        }
        boolean close = why.closesConnection() || mustClose();
        if (close && !http2) {
            response.headers().set("connection", "close");
        }
        outcome.grpcStatus(head.grpc ? failure.grpcStatus() : -1);
        Future<Void> written = LocalReplies.send(
                response, why, status, detail, failure.grpcStatus(), routing.requestId(), service(why), head);
        // To gRPC a failure is a 200 that says so.
        outcome.status(response.getStatusCode());
        localBytes = response.bytesWritten();
        settle(written, close);
    }

    /** Who refused, when it was a Service's own limit. */
    private String service(Fault why) {
        RulePlan.BackendPlan backend = routing.backend();
        Cluster cluster = backend == null ? null : backend.cluster();
        return cluster != null && (why == Fault.UO || why == Fault.UB) ? cluster.service() : "";
    }

    /** A gRPC answer can still say why in its trailers, where it gave no length; any other must not look whole. */
    private void breakOff(Fault why, String detail) {
        if (http2 && routing.head().grpc && !response.headers().contains("content-length")) {
            outcome.grpcStatus(why.grpcStatus());
            LocalReplies.grpcStatus(response.trailers(), why, detail, why.grpcStatus());
            settle(response.end(), false);
        } else {
            response.reset(Http2Error.INTERNAL_ERROR.code());
        }
    }

    /** What the configuration adds to an answer that is not a failure. */
    private void decorate() {
        RulePlan.BackendPlan backend = routing.backend();
        if (backend != null) {
            backend.filters().response().apply(response.headers(), http2);
        }
        RulePlan rule = routing.rule();
        if (rule != null) {
            rule.filters().response().apply(response.headers(), http2);
            CorsFilter cors = rule.filters().cors();
            if (cors != null) {
                cors.answer(routing.head().header("origin"), response.headers());
            }
            if (newSession != null) {
                Sessions.announce(rule.rule().session(), newSession, client.isTls(), response.headers());
            }
        }
        addAlso();
        response.headers().set("x-request-id", routing.requestId());
        if (worker.isDraining() && !http2) {
            response.headers().set("connection", "close");
        }
    }

    private void noteGrpcStatus(HttpHeaders headers) {
        String value = routing.head().grpc ? headers.get("grpc-status") : null;
        if (value != null && Characters.parseLength(value) >= 0) {
            outcome.grpcStatus((int) Characters.parseLength(value));
        }
    }

    /**
     * The answer is complete. When it overtook its request's body the rest is not wanted: an HTTP/2 stream is reset once
     * the answer is out (RFC 9113, 8.1), an HTTP/1 connection cannot be used any further unless little is left to read.
     */
    private void settle(Future<Void> written, boolean close) {
        if (!http2 && (close || mustClose())) {
            worker.closeGently(client, request, body);
        } else if (!body.isEnded()) {
            body.drop();
            if (http2) {
                written.onComplete(sent -> resetUnlessRead());
            }
        }
    }

    private boolean mustClose() {
        return writer.endsByClosing() || worker.isDraining() || !body.isSoonOver(routing.head().contentLength);
    }

    private void resetUnlessRead() {
        if (!body.isEnded()) {
            response.reset(Http2Error.NO_ERROR.code());
        }
    }
}
