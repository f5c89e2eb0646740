package dev.torii.proxy.http;

import dev.torii.proxy.Channels;
import dev.torii.proxy.Discovery;
import dev.torii.proxy.Fault;
import dev.torii.proxy.HeaderList;
import dev.torii.proxy.upstream.ClusterState;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.UpgradedConnection;
import dev.torii.proxy.upstream.UpstreamStream;
import dev.torii.routing.SessionPersistence;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to the last byte of its answer: read it, decide by the configuration, carry that out, end.
 * Pins the plan it began with. All on one event loop, so plain fields; {@link #finish} runs exactly once.
 *
 * <p>What it knows of the request is in {@link Routing}, who is asked and how often in {@link Retries}, what it does to the
 * answer in {@link Reply}, what it will be remembered for in {@link Outcome}. Here is what happens when.
 */
final class HttpExchange implements RequestBody.Watcher {

    private static final Logger LOG = System.getLogger(HttpExchange.class.getName());

    private final Worker worker;
    private final ClientConnection client;
    private final HttpServerRequest request;
    private final RequestHead head = new RequestHead();
    private final Routing routing;
    private final RequestBody body;
    private final Outcome outcome = new Outcome();
    private final Reply reply;
    private @Nullable Retries retries;
    private @Nullable Mirrors mirrors;
    private @Nullable Deadline deadline;
    private @Nullable Passage passage;
    private long lastActive = System.nanoTime();
    private boolean finished;

    /** Neighbours among the worker's live exchanges. */
    @Nullable
    HttpExchange next;

    @Nullable
    HttpExchange previous;

    HttpExchange(Worker worker, ClientConnection client, HttpServerRequest request) {
        this.worker = worker;
        this.client = client;
        this.request = request;
        this.routing = new Routing(worker.plan(), client, head, worker.work());
        this.body = new RequestBody(request, this);
        this.reply = new Reply(worker, client, request, routing, body, outcome);
    }

    RequestBody body() {
        return body;
    }

    /** Begins. With HTTP/2 the rest waits a turn, because only then is it known whether a body follows. */
    void start() {
        begin();
        if (worker.isDraining()) {
            client.goAway();
        }
        request.response().closeHandler(v -> clientGone());
        guarded(() -> {
            Decision.Refuse unreadable = RequestReader.read(request, client, head);
            if (client.isHttp2()) {
                body.open();
                request.exceptionHandler(e -> clientGone());
                worker.eventLoop().execute(() -> guarded(() -> proceed(unreadable)));
                return;
            }
            if (head.isBodyless()) {
                body.none();
            } else {
                body.open();
                request.exceptionHandler(e -> bodyBroken());
            }
            proceed(unreadable);
        });
    }

    /** Begins and ends with a request whose head could not be decoded (HTTP/1). */
    void refuse(Fault why, int status, String detail) {
        begin();
        routing.giveUp();
        body.none();
        fail(why, status, detail);
    }

    private void begin() {
        client.requestBegins();
        worker.begin(this);
    }

    /** Our own bug fails one request, with a record and a trace, and nothing else. */
    void guarded(Runnable step) {
        if (finished) {
            return;
        }
        try {
            step.run();
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "request " + routing.requestId(), bug);
            fail(Fault.IE, 500, "internal_error");
        }
    }

    private void proceed(Decision.@Nullable Refuse unreadable) {
        Decision decision = routing.decide(unreadable, body.isEmpty());
        if (decision instanceof Decision.Forward to) {
            forward(to);
        } else if (decision instanceof Decision.Ask ask) {
            Discovery.await(ask.answer(), worker.eventLoop(), () -> guarded(this::proceedAgain));
        } else if (decision instanceof Decision.Connect place) {
            connect(place);
        } else if (decision instanceof Decision.Redirect elsewhere) {
            reply.redirect(elsewhere);
            finish();
        } else if (decision instanceof Decision.Preflight asked) {
            reply.preflight(asked.cors());
            finish();
        } else if (decision instanceof Decision.Refuse refusal) {
            refused(refusal);
        }
    }

    private void proceedAgain() {
        routing.renew(worker.plan());
        proceed(null);
    }

    /** The 200 goes out, and the connection is no longer HTTP as far as we know. */
    private void connect(Decision.Connect place) {
        outcome.status(200);
        client.leave();
        // Not within the read that brought the request: its handlers are about to go.
        worker.eventLoop().execute(() -> giveAway(place));
        finish();
    }

    /** With what the client has sent behind its request, as if that came now. */
    private void giveAway(Decision.Connect place) {
        ByteBuf rest = client.rest();
        request.toNetSocket().onFailure(e -> rest.release()).onSuccess(socket -> {
            Channels.unhold(client.channel());
            place.to().connected(socket, place.host(), place.port());
            Channels.again(client.channel(), rest);
        });
    }

    private void forward(Decision.Forward to) {
        if (!body.limit(to.bodyLimit())) {
            bodyTooLong();
            return;
        }
        long ruleMs = to.rule().rule().timeouts().requestMs();
        deadline = Deadline.of(ruleMs, head.grpcTimeoutMs, worker.eventLoop(), this::deadlinePassed);
        if (to.backend().checkpoints().isEmpty()) {
            send(to);
        } else {
            passage = new Passage(this, to, routing, reply, worker.eventLoop());
            passage.pass();
        }
    }

    void refused(Decision.Refuse refusal) {
        if (!finished) {
            cancelTries(refusal.why());
            reply.fail(refusal);
            finish();
        }
    }

    /** A failure is rehearsed: an abort will be said to be one in any case. */
    void injected(String fault, String service, boolean abort) {
        worker.injected(fault, service, abort);
        if (!abort) {
            outcome.delayed();
        }
    }

    /** Nothing stands before the backend any more. */
    void send(Decision.Forward to) {
        mirrors = Mirrors.of(worker, routing.plan(), to);
        Retries trying = new Retries(this, worker, to, routing, body, reply, outcome, deadline);
        retries = trying;
        trying.start();
        if (mirrors != null) {
            mirrors.start();
        }
    }

    /** For a try whose turn it is: the endpoint of the client's session if that may be used, else any; null for none. */
    @Nullable
    EndpointState choose(ClusterState state, List<EndpointState> tried) {
        RulePlan rule = routing.rule();
        SessionPersistence session = rule == null ? null : rule.rule().session();
        EndpointState sticky = Sessions.endpoint(session, head, state);
        if (sticky != null && !tried.contains(sticky)) {
            return sticky;
        }
        long hash = Backends.hash(state.cluster().loadBalancing().hashOn(), head, routing.clientAddress());
        EndpointState chosen = state.pick(hash, tried);
        if (chosen != null) {
            reply.session(Sessions.issue(session, state.cluster(), chosen));
        }
        return chosen;
    }

    /** A try has chosen an endpoint and will ask it now. */
    void attemptBegins(EndpointState chosen) {
        if (retries != null) {
            retries.begins(chosen);
        }
    }

    /**
     * The cluster itself said no, to any endpoint: never tried again.
     *
     * @param retryAfterSeconds what the client is told; 0 for nothing
     */
    void attemptRefused(Fault why, String detail, int retryAfterSeconds) {
        if (retryAfterSeconds > 0) {
            reply.retryAfter(retryAfterSeconds);
        }
        fail(why, why.httpStatus(), detail);
    }

    void attemptReady() {
        outcome.sent();
    }

    /** A try failed before or within its answer. */
    void attemptFailed(Fault why, String detail, boolean unsent, boolean unanswered) {
        if (finished) {
            return;
        }
        body.detach();
        outcome.tryFailed(why, detail);
        if (retries == null || !retries.follows(why, unsent, unanswered)) {
            // Who has lost that many connections is not there, rather than a bad gateway.
            boolean absent = why == Fault.UC && outcome.areRetriesUsedUp();
            fail(why, absent ? Fault.URX.httpStatus() : why.httpStatus(), detail);
        }
    }

    void upstreamInterim(int status, HttpHeaders headers) {
        if (!finished) {
            reply.interim(status, headers);
        }
    }

    void upstreamHead(int status, HttpHeaders headers, boolean bodyless) {
        lastActive = worker.now();
        outcome.tryAnswered(status);
        if (retries != null && retries.putsAway(status, headers, bodyless)) {
            return;
        }
        body.forget();
        outcome.upstreamAnswers();
        reply.head(status, headers, bodyless);
    }

    void upstreamData(ByteBuf piece, boolean last, UpstreamStream from) {
        lastActive = worker.now();
        reply.data(piece, last, from);
        if (last) {
            finish();
        }
    }

    void upstreamPaused() {
        if (!finished) {
            reply.flushHead();
        }
    }

    void upstreamEnd(@Nullable HttpHeaders trailers) {
        reply.end(trailers);
        finish();
    }

    void upstreamUpgraded(HttpHeaders headers, UpgradedConnection upstream, Runnable done) {
        if (deadline != null) {
            deadline.cancel();
        }
        outcome.tryAnswered(101);
        reply.switchProtocols(headers);
        Tunnel.open(request, upstream, () -> lastActive = worker.now(), (in, out) -> {
            done.run();
            outcome.tunnelled(in, out);
            finish();
        });
    }

    @Override
    public void bodyPiece(Buffer piece) {
        lastActive = worker.now();
        if (mirrors != null) {
            mirrors.write(piece);
        }
    }

    @Override
    public void bodyEnd(@Nullable HeaderList trailers) {
        if (mirrors != null) {
            mirrors.end(trailers);
        }
    }

    @Override
    public void bodyTooLong() {
        fail(Fault.TL, 413, "body_too_large");
    }

    private void bodyBroken() {
        if (!finished) {
            body.none();
            fail(Fault.DPE, 400, "malformed_body");
        }
    }

    void deadlinePassed() {
        fail(Fault.DT, 504, "request_timeout");
    }

    /** Called now and then by the worker; ends an exchange in which nothing moves. */
    void checkIdle(long now) {
        long limitMs = routing.settings().idleTimeoutMs();
        if (!isTunnel() && limitMs > 0 && now - lastActive > limitMs * 1_000_000) {
            fail(Fault.SI, 408, "stream_idle");
        }
    }

    private boolean isTunnel() {
        return outcome.status() == 101;
    }

    private void clientGone() {
        if (!finished && !isTunnel()) {
            cancelTries(Fault.DC);
            outcome.failed(Fault.DC, "client_disconnected");
            outcome.status(Fault.DC.httpStatus());
            finish();
        }
    }

    private void fail(Fault why, int status, String detail) {
        refused(new Decision.Refuse(why, status, detail));
    }

    private void cancelTries(Fault why) {
        if (retries != null) {
            retries.cancel(why);
        }
    }

    private void finish() {
        if (finished) {
            return;
        }
        finished = true;
        if (deadline != null) {
            deadline.cancel();
        }
        body.forget();
        if (passage != null) {
            passage.leave();
        }
        if (mirrors != null && !body.isEnded()) {
            mirrors.cancel();
        }
        client.requestEnded();
        routing.ended();
        worker.end(this, outcome.record(worker, protocol(), routing, request, body.bytes(), reply.bytes()));
    }

    boolean isHttp2() {
        return client.isHttp2();
    }

    private String protocol() {
        if (client.isHttp2()) {
            return "HTTP/2";
        }
        return request.version() == HttpVersion.HTTP_1_0 ? "HTTP/1.0" : "HTTP/1.1";
    }
}
