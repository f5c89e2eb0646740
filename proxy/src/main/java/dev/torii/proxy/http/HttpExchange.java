package dev.torii.proxy.http;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.upstream.ClusterState;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.UpgradedConnection;
import dev.torii.proxy.upstream.UpstreamRequest;
import dev.torii.proxy.upstream.UpstreamStream;
import dev.torii.routing.Cluster;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Port;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to the last byte of its answer: sanitise, match, filter, forward, reply, record. Pins the
 * plan it began with. All on one event loop, so plain fields; {@link #finish} runs exactly once.
 */
final class HttpExchange implements RequestBody.Watcher {

    private static final Logger LOG = System.getLogger(HttpExchange.class.getName());

    private final Worker worker;
    private final ClientConnection client;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Plan plan;
    private final RequestBody body;
    private final ReplyWriter reply;
    private final long startNanos = System.nanoTime();
    private final long startEpochMs = System.currentTimeMillis();
    private final boolean http2;

    private RequestHead head = new RequestHead();
    private ListenerSettings settings = ListenerSettings.DEFAULT;
    private @Nullable RulePlan rule;
    private RouteTable.@Nullable Candidate match;
    private RulePlan.@Nullable BackendPlan backend;
    private @Nullable Attempt attempt;
    private @Nullable UpstreamRequest outgoing;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable Mirrors mirrors;
    private @Nullable String newSession;
    private String requestId = "";
    private String clientAddress;
    private @Nullable Fault fault;
    private String detail = "";
    private int attempts;
    private int status;
    private int grpcStatus = -1;
    private long sentNanos;
    private long upstreamNanos = -1;
    private boolean responseStarted;
    private boolean finished;

    /** Neighbours among the worker's live exchanges. */
    @Nullable
    HttpExchange next;

    @Nullable
    HttpExchange previous;

    private long lastActive = startNanos;

    HttpExchange(Worker worker, ClientConnection client, HttpServerRequest request) {
        this.worker = worker;
        this.client = client;
        this.request = request;
        this.response = request.response();
        this.plan = worker.plan();
        this.http2 = client.isHttp2();
        this.clientAddress = client.address();
        this.body = new RequestBody(request, this);
        this.reply = new ReplyWriter(response, http2, request.version() == HttpVersion.HTTP_1_0);
    }

    RequestBody body() {
        return body;
    }

    /** Begins. With HTTP/2 the rest waits a turn, because only then is it known whether a body follows. */
    void start() {
        client.requestBegins();
        worker.begin(this);
        if (worker.isDraining()) {
            client.goAway();
        }
        response.closeHandler(v -> clientGone());
        guarded(() -> {
            RequestReader.Result read = RequestReader.read(request, client);
            head = read.head();
            if (http2) {
                body.open();
                request.exceptionHandler(e -> clientGone());
                worker.eventLoop().execute(() -> guarded(() -> proceed(read)));
            } else {
                if (head.isBodyless()) {
                    body.none();
                } else {
                    body.open();
                    request.exceptionHandler(e -> bodyBroken());
                }
                proceed(read);
            }
        });
    }

    /** Our own bug fails one request, with a record and a trace, and nothing else. */
    private void guarded(Runnable step) {
        if (finished) {
            return;
        }
        try {
            step.run();
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "request " + requestId, bug);
            if (attempt != null) {
                attempt.cancel();
            }
            fail(Fault.IE, 500, "internal_error");
        }
    }

    /** A request whose head could not be decoded (HTTP/1). */
    void refuse(Fault why, int code, String word) {
        client.requestBegins();
        worker.begin(this);
        requestId = RequestIds.next();
        body.none();
        fail(why, code, word);
    }

    private void proceed(RequestReader.Result read) {
        Port port = plan.port(client.port());
        Listener listener = port == null ? null : port.listenerFor(head.host);
        settings = listener != null ? listener.settings() : ListenerSettings.DEFAULT;
        requestId = settings.keepRequestId() && RequestIds.isAcceptable(head.requestId)
                ? String.valueOf(head.requestId)
                : RequestIds.next();
        if (!read.refusal().isEmpty()) {
            fail(read.fault(), read.status(), read.refusal());
        } else if (isWithinLimits()) {
            if (port != null && client.isTls() && port.listenerFor(client.serverName()) != listener) {
                // The certificate shown was another listener's: RFC 9110, 15.5.20.
                fail(Fault.MR, 421, "listener_differs");
            } else if (port == null || listener == null) {
                fail(Fault.NR, 404, "no_listener_for_host");
            } else {
                route(listener, port.number());
            }
        }
    }

    private boolean isWithinLimits() {
        if (head.path.length() + head.query.length() + 1 > settings.maxUriBytes()) {
            fail(Fault.TL, 414, "uri_too_long");
        } else if (head.headerBytes > settings.maxHeaderBytes()) {
            fail(Fault.TL, 431, "headers_too_large");
        } else if (head.headerCount > settings.maxHeaders()) {
            fail(Fault.TL, 431, "too_many_headers");
        } else if (head.method.equals("CONNECT") && !settings.allowConnect()) {
            response.headers().set("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
            fail(Fault.DPE, 405, "connect_refused");
        } else {
            return true;
        }
        return false;
    }

    private void route(Listener listener, int portNumber) {
        RouteTable.Candidate found = listener.routes().find(head);
        if (found == null) {
            fail(Fault.NR, 404, "route_not_found");
            return;
        }
        match = found;
        RulePlan ruled = plan.of(found.rule());
        rule = ruled;
        long bodyLimit = found.rule().maxBodyBytes() > 0 ? found.rule().maxBodyBytes() : settings.maxBodyBytes();
        if (bodyLimit > 0) {
            body.limit(bodyLimit);
            if (head.contentLength > bodyLimit) {
                bodyTooLong();
                return;
            }
        }
        RulePlan.FilterPlan filters = ruled.filters();
        if (filters.cors() != null && CorsFilter.isPreflight(head)) {
            answerPreflight(filters.cors());
            return;
        }
        startDeadline(found.rule());
        clientAddress = Forwarded.rebuild(head, client, settings, head.headers);
        head.headers.add("x-request-id", requestId);
        filters.request().apply(head.headers);
        if (filters.redirect() != null) {
            redirect(filters.redirect(), portNumber);
            return;
        }
        RulePlan.BackendPlan picked = Backends.pick(ruled, head, client.address());
        backend = picked;
        if (picked == null || picked.cluster() == null) {
            fail(Fault.NC, 500, picked == null ? "no_backend" : picked.invalid());
            return;
        }
        picked.filters().request().apply(head.headers);
        if (picked.filters().redirect() != null) {
            redirect(picked.filters().redirect(), portNumber);
            return;
        }
        outgoing = Outgoing.of(head, ruled, picked, found, body);
        mirrors = Mirrors.of(worker, plan, ruled, picked, outgoing);
        forward(null, false);
    }

    private void startDeadline(Rule of) {
        long ms = of.timeouts().requestMs();
        if (head.grpcTimeoutMs > 0) {
            ms = ms == 0 ? head.grpcTimeoutMs : Math.min(ms, head.grpcTimeoutMs);
        }
        if (ms > 0) {
            deadline = worker.eventLoop().schedule(this::deadlinePassed, ms, TimeUnit.MILLISECONDS);
        }
    }

    private void answerPreflight(CorsFilter cors) {
        cors.preflight(head, response.headers());
        response.headers().set("x-request-id", requestId);
        status = 204;
        response.setStatusCode(204).headersEndHandler(v -> response.headers().remove("content-length"));
        answered(response.end(), false);
    }

    private void redirect(dev.torii.routing.Filter.Redirect to, int portNumber) {
        RouteTable.Candidate found = matched();
        response.headers()
                .set("location", Redirects.location(to, head, found.match().path(), portNumber));
        applyResponseFilters();
        status = to.status();
        answered(response.setStatusCode(status).end(), false);
    }

    private void forward(@Nullable EndpointState avoid, boolean fresh) {
        UpstreamRequest out = outgoing;
        RulePlan ruled = rule;
        Cluster cluster = backend == null ? null : backend.cluster();
        if (out == null || ruled == null || cluster == null) {
            throw new IllegalStateException("forward before route");
        }
        if (cluster.invalid() != null) {
            fail(Fault.UH, 503, cluster.invalid());
            return;
        }
        ClusterState state = worker.upstreams().of(cluster, plan.generation());
        EndpointState chosen = Sessions.endpoint(ruled.rule().session(), head, state);
        if (chosen == null || chosen == avoid) {
            chosen = state.pick(Backends.hash(cluster.loadBalancing().hashOn(), head, clientAddress), avoid);
            if (chosen != null) {
                newSession = Sessions.issue(ruled.rule().session(), cluster, chosen);
            }
        }
        if (chosen == null) {
            fail(Fault.UH, 503, "no_endpoint");
            return;
        }
        attempts++;
        Attempt trying = new Attempt(this, chosen, out, ruled.rule().timeouts().backendRequestMs(), worker.eventLoop());
        attempt = trying;
        trying.start(fresh);
    }

    void attemptReady() {
        sentNanos = System.nanoTime();
    }

    /** A try failed before or within its answer. */
    void attemptFailed(Fault why, String word, boolean unsent, boolean stale) {
        if (finished) {
            return;
        }
        body.detach();
        boolean again = !responseStarted
                && attempts < 2
                && !body.isStarted()
                && (unsent || (stale && Backends.isIdempotent(head.method)));
        if (again) {
            EndpointState avoid = unsent && attempt != null ? attempt.endpoint() : null;
            forward(avoid, stale);
        } else {
            fail(why, why.httpStatus(), word);
        }
    }

    void upstreamContinue() {
        if (!finished && head.expectsContinue) {
            response.writeContinue();
        }
    }

    void upstreamHead(int code, HttpHeaders headers, boolean bodyless) {
        responseStarted = true;
        upstreamNanos = System.nanoTime() - sentNanos;
        lastActive = worker.now();
        status = code;
        reply.head(code, headers, bodyless);
        if (head.grpc) {
            noteGrpcStatus(headers);
        }
        applyResponseFilters();
    }

    private void applyResponseFilters() {
        RulePlan ruled = rule;
        RulePlan.BackendPlan picked = backend;
        if (picked != null) {
            picked.filters().response().apply(response.headers(), http2);
        }
        if (ruled != null) {
            ruled.filters().response().apply(response.headers(), http2);
            CorsFilter cors = ruled.filters().cors();
            if (cors != null) {
                cors.answer(head.header("origin"), response.headers());
            }
            if (newSession != null) {
                Sessions.announce(ruled.rule().session(), newSession, client.isTls(), response.headers());
            }
        }
        response.headers().set("x-request-id", requestId);
        if (worker.isDraining() && !http2) {
            response.headers().set("connection", "close");
        }
    }

    void upstreamData(ByteBuf piece, boolean last, UpstreamStream from) {
        lastActive = worker.now();
        reply.data(piece, last, from);
        if (last) {
            completed();
        }
    }

    void upstreamPaused() {
        if (!finished && responseStarted) {
            reply.flushHead();
        }
    }

    void upstreamEnd(@Nullable HttpHeaders trailers) {
        if (trailers != null && head.grpc) {
            noteGrpcStatus(trailers);
        }
        reply.end(trailers);
        completed();
    }

    private void noteGrpcStatus(HttpHeaders headers) {
        String value = headers.get("grpc-status");
        if (value != null && Characters.parseLength(value) >= 0) {
            grpcStatus = (int) Characters.parseLength(value);
        }
    }

    private void completed() {
        answered(reply.written(), false);
    }

    void upstreamUpgraded(HttpHeaders headers, UpgradedConnection upstream, Runnable done) {
        responseStarted = true;
        status = 101;
        if (deadline != null) {
            deadline.cancel(false);
        }
        reply.head(101, headers, true);
        response.headers().set("upgrade", head.upgrade).set("connection", "Upgrade");
        applyResponseFilters();
        Tunnel.open(request, upstream, () -> lastActive = worker.now(), (in, out) -> {
            done.run();
            tunnelEnded(in, out);
        });
    }

    private long localBytes;
    private long tunnelIn;
    private long tunnelOut;

    private void tunnelEnded(long in, long out) {
        tunnelIn = in;
        tunnelOut = out;
        finish();
    }

    boolean isTunnel() {
        return status == 101;
    }

    @Override
    public void bodyPiece(Buffer piece) {
        lastActive = worker.now();
        if (mirrors != null) {
            mirrors.write(piece);
        }
    }

    @Override
    public void bodyEnd() {
        if (mirrors != null) {
            mirrors.end();
        }
    }

    @Override
    public void bodyTooLong() {
        if (attempt != null) {
            attempt.cancel();
        }
        fail(Fault.TL, 413, "body_too_large");
    }

    private void bodyBroken() {
        if (!finished) {
            if (attempt != null) {
                attempt.cancel();
            }
            body.none();
            fail(Fault.DPE, 400, "malformed_body");
        }
    }

    private void deadlinePassed() {
        if (!finished) {
            if (attempt != null) {
                attempt.cancel();
            }
            fail(Fault.DT, 504, "request_timeout");
        }
    }

    /** Called now and then by the worker; ends an exchange in which nothing moves. */
    void checkIdle(long now) {
        if (!isTunnel() && settings.idleTimeoutMs() > 0 && now - lastActive > settings.idleTimeoutMs() * 1_000_000) {
            if (attempt != null) {
                attempt.cancel();
            }
            fail(Fault.SI, 408, "stream_idle");
        }
    }

    private void clientGone() {
        if (finished || isTunnel()) {
            return;
        }
        if (attempt != null) {
            attempt.cancel();
        }
        fault = Fault.DC;
        detail = "client_disconnected";
        status = 499;
        finish();
    }

    /** Ends the exchange with an answer of our own, or, when one has begun, by breaking it off. */
    private void fail(Fault why, int code, String word) {
        if (finished) {
            return;
        }
        fault = why;
        detail = word;
        if (response.ended() || response.closed()) {
            finish();
            return;
        }
        if (responseStarted && response.headWritten()) {
            response.reset(Http2Error.INTERNAL_ERROR.code());
            finish();
            return;
        }
        response.headersEndHandler(null).headers().clear();
        if (code == 405) {
            response.headers().set("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        }
        RulePlan ruled = rule;
        if (ruled != null && ruled.filters().cors() != null) {
            ruled.filters().cors().answer(head.header("origin"), response.headers());
        }
        boolean close = why.closesConnection() || mustClose();
        if (close && !http2) {
            response.headers().set("connection", "close");
        }
        status = code;
        grpcStatus = head.grpc ? why.grpcStatus() : -1;
        Future<Void> written = LocalReplies.send(response, why, code, word, requestId, head);
        localBytes = response.bytesWritten();
        answered(written, close);
    }

    private boolean mustClose() {
        return reply.endsByClosing() || worker.isDraining() || !body.isSoonOver(head.contentLength);
    }

    /**
     * The answer is complete. When it overtook its request's body the rest is not wanted: an HTTP/2 stream is reset once
     * the answer is out (RFC 9113, 8.1), an HTTP/1 connection cannot be used any further unless little is left to read.
     */
    private void answered(Future<Void> written, boolean close) {
        if (!http2 && (close || mustClose())) {
            worker.closeGently(client, request, body);
        } else if (!body.isEnded()) {
            body.drop();
            if (http2) {
                written.onComplete(sent -> resetUnlessRead());
            }
        }
        finish();
    }

    private void resetUnlessRead() {
        if (!body.isEnded()) {
            response.reset(Http2Error.NO_ERROR.code());
        }
    }

    private void finish() {
        if (finished) {
            return;
        }
        finished = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (mirrors != null && !body.isEnded()) {
            mirrors.cancel();
        }
        client.requestEnded();
        worker.end(this, record());
    }

    private RouteTable.Candidate matched() {
        RouteTable.Candidate found = match;
        if (found == null) {
            throw new IllegalStateException("no match yet");
        }
        return found;
    }

    private ExchangeRecord record() {
        Cluster cluster = backend == null ? null : backend.cluster();
        return new ExchangeRecord(
                worker.role(),
                startEpochMs,
                System.nanoTime() - startNanos,
                upstreamNanos,
                requestId,
                head.method,
                head.scheme,
                head.authority,
                head.path,
                http2 ? "HTTP/2" : request.version() == HttpVersion.HTTP_1_0 ? "HTTP/1.0" : "HTTP/1.1",
                status,
                grpcStatus,
                fault,
                detail,
                body.bytes() + tunnelIn,
                reply.bytes() + localBytes + tunnelOut,
                rule == null ? "" : rule.rule().name(),
                cluster == null ? "" : cluster.service(),
                attempt == null ? "" : attempt.endpoint().name(),
                attempts,
                clientAddress,
                head.userAgent,
                plan.snapshot().version(),
                List.of(),
                List.of());
    }
}
