package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.HeaderList;
import dev.torii.proxy.trace.AppWork;
import dev.torii.proxy.trace.Baggage;
import dev.torii.proxy.trace.Trace;
import dev.torii.routing.Cluster;
import dev.torii.routing.Filter;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Telemetry;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One request's way through the configuration: listener, limits, match, the rule's filters, backend, the backend's
 * filters. Ends in a {@link Decision} and remembers what it found. It sends nothing and waits for nothing; what it
 * changes are the header lines of the head, as the filters say.
 */
final class Routing {

    private static final String REQUEST_ID = "x-request-id";

    private Plan plan;
    private boolean asked;
    private final ClientConnection client;
    private final @Nullable AppWork work;
    private final RequestHead head;
    private ListenerSettings settings = ListenerSettings.DEFAULT;
    private Telemetry telemetry;
    private @Nullable RulePlan rule;
    private RulePlan.@Nullable BackendPlan backend;
    private String requestId = "";
    private @Nullable Trace trace;
    private boolean working;
    private String clientAddress;

    /** @param work of the app, where there is one */
    Routing(Plan plan, ClientConnection client, RequestHead head, @Nullable AppWork work) {
        this.work = work;
        this.plan = plan;
        this.client = client;
        this.head = head;
        this.clientAddress = client.address();
        this.telemetry = plan.snapshot().telemetry();
    }

    /** For a client that has not made a request. */
    static Routing nowhere(Plan plan, ClientConnection client) {
        Routing nowhere = new Routing(plan, client, new RequestHead(), null);
        nowhere.giveUp();
        return nowhere;
    }

    Plan plan() {
        return plan;
    }

    RequestHead head() {
        return head;
    }

    /** Of the listener, once it is known. */
    ListenerSettings settings() {
        return settings;
    }

    /** The rule that matched, if one did. */
    @Nullable
    RulePlan rule() {
        return rule;
    }

    /** The backend that was picked, if one was. */
    RulePlan.@Nullable BackendPlan backend() {
        return backend;
    }

    /** What holds as far as it is known where the request goes: the listener's, then the rule's, then the backend's. */
    Telemetry telemetry() {
        return telemetry;
    }

    String requestId() {
        return requestId;
    }

    /**
     * The request's place in a trace: the client's where it is trusted as with its request id, else a new one. What an app
     * calls belongs to its trace whatever the place is.
     */
    Trace trace() {
        Trace known = trace;
        if (known == null) {
            known = Trace.of(
                    head.headers,
                    telemetry.tracing(),
                    settings.keepRequestId() || client.door().isOutbound());
            trace = known;
        }
        return known;
    }

    /**
     * A try begins: under a span of its own, but for the app of a sidecar, of which it would say nothing that the exchange's
     * does not.
     *
     * @return what the backend takes for its parent
     */
    long traceTry(HeaderList headers) {
        return client.door().isInbound() ? trace().span() : trace().attempt(headers);
    }

    /** Who sent the request, after trusted hops. */
    String clientAddress() {
        return clientAddress;
    }

    /** Who has connected. */
    String peerAddress() {
        return client.address();
    }

    /** For a request of which there is no head to decide by. */
    void giveUp() {
        head.scheme = client.scheme();
        requestId = RequestIds.next();
    }

    /**
     * Decides.
     *
     * @param unreadable why the head cannot be used, or null
     * @param noBody whether it is certain that no body follows
     */
    Decision decide(Decision.@Nullable Refuse unreadable, boolean noBody) {
        Door door = client.door();
        Listener listener = door.listener(plan, head);
        settings = listener == null ? door.settings(plan, "") : listener.settings();
        telemetry = listener == null ? telemetry : listener.telemetry();
        requestId = settings.keepRequestId() && RequestIds.isAcceptable(head.requestId)
                ? String.valueOf(head.requestId)
                : RequestIds.next();
        CompletionStage<Void> answer = listener == null && unreadable == null && !asked ? door.ask(plan, head) : null;
        if (answer != null) {
            asked = true;
            return new Decision.Ask(answer);
        }
        Door.Strangers strangers = door.strangers();
        if (unreadable == null && strangers != null && !client.isHttp2() && head.method.equals("CONNECT")) {
            return new Decision.Connect(strangers, head.host, head.port());
        }
        Decision.Refuse refusal = unreadable != null ? unreadable : overLimits();
        if (refusal != null) {
            return refusal;
        }
        if (door.isMisdirected(plan, client, listener)) {
            // The certificate shown was another listener's: RFC 9110, 15.5.20.
            return new Decision.Refuse(Fault.MR, 421, "listener_differs");
        }
        if (listener == null) {
            Cluster place = door.undeclared(head);
            return place == null ? door.nobody() : passOn(place, noBody);
        }
        RouteTable.Candidate match = listener.routes().find(head);
        if (match == null) {
            return new Decision.Refuse(Fault.NR, 404, "route_not_found");
        }
        return filter(match, door.port(), noBody);
    }

    /** Pins another plan, when it has been waited for. */
    void renew(Plan newer) {
        plan = newer;
        telemetry = newer.snapshot().telemetry();
    }

    private Decision.@Nullable Refuse overLimits() {
        if (head.path.length() + head.query.length() + 1 > settings.maxUriBytes()) {
            return new Decision.Refuse(Fault.TL, 414, "uri_too_long");
        }
        if (head.headerBytes > settings.maxHeaderBytes()) {
            return new Decision.Refuse(Fault.TL, 431, "headers_too_large");
        }
        if (head.headerCount > settings.maxHeaders()) {
            return new Decision.Refuse(Fault.TL, 431, "too_many_headers");
        }
        if (head.method.equals("CONNECT") && !settings.allowConnect()) {
            return new Decision.Refuse(Fault.DPE, 405, "connect_refused");
        }
        return null;
    }

    /** The rule's filters. */
    private Decision filter(RouteTable.Candidate match, int port, boolean noBody) {
        RulePlan ruled = plan.of(match.rule());
        rule = ruled;
        telemetry = ruled.rule().telemetry();
        long own = ruled.rule().maxBodyBytes();
        long bodyLimit = own > 0 ? own : settings.maxBodyBytes();
        if (bodyLimit > 0 && head.contentLength > bodyLimit) {
            return new Decision.Refuse(Fault.TL, 413, "body_too_large");
        }
        RulePlan.FilterPlan filters = ruled.filters();
        if (filters.cors() != null && CorsFilter.isPreflight(head)) {
            return new Decision.Preflight(filters.cors());
        }
        addForwarded();
        addIds();
        filters.request().apply(head.headers);
        if (filters.redirect() != null) {
            return redirect(filters.redirect(), match, port);
        }
        return pick(ruled, match, port, noBody, bodyLimit);
    }

    /** A backend, and its filters. */
    private Decision pick(RulePlan ruled, RouteTable.Candidate match, int port, boolean noBody, long bodyLimit) {
        RulePlan.BackendPlan picked = Backends.pick(ruled, head, client.address());
        backend = picked;
        if (picked == null) {
            return new Decision.Refuse(Fault.NC, 500, "no_backend");
        }
        telemetry = picked.backend().telemetry();
        Cluster cluster = picked.cluster();
        if (cluster == null) {
            return new Decision.Refuse(Fault.NC, 500, picked.invalid());
        }
        picked.filters().request().apply(head.headers);
        if (picked.filters().redirect() != null) {
            return redirect(picked.filters().redirect(), match, port);
        }
        if (cluster.invalid() != null) {
            return new Decision.Refuse(Fault.UH, 503, cluster.invalid());
        }
        return new Decision.Forward(ruled, picked, cluster, Outgoing.of(head, ruled, picked, match, noBody), bodyLimit);
    }

    private void addIds() {
        Trace known = trace();
        AppWork atWork = work;
        if (atWork != null && client.door().isInbound()) {
            working = true;
            atWork.begins(known.traceId(), requestId);
            if (known.carriesBaggage()) {
                Baggage.set(head.headers, REQUEST_ID, requestId);
            }
        } else if (atWork != null && head.requestId == null && client.door().isOutbound()) {
            restoreRequestId(atWork, known);
        }
        head.headers.add(REQUEST_ID, requestId);
        known.write(head.headers);
    }

    /** The app did not pass the request id on: it is in the baggage, or known of the trace, if it passed on one of these. */
    private void restoreRequestId(AppWork atWork, Trace known) {
        String carried = known.carriesBaggage() ? Baggage.get(head.headers, REQUEST_ID) : null;
        String kept = carried != null ? carried : atWork.requestId(known.traceId());
        if (RequestIds.isAcceptable(kept)) {
            requestId = String.valueOf(kept);
        } else if (known.parentSpanId().isEmpty()) {
            atWork.unknownCall();
        }
    }

    /** It is over. */
    void ended() {
        AppWork atWork = work;
        if (working && atWork != null) {
            atWork.ends(trace().traceId());
        }
    }

    private void addForwarded() {
        if (client.door().isOutbound()) {
            Forwarded.keep(head, head.headers);
        } else {
            clientAddress = Forwarded.rebuild(head, client, settings, head.headers);
        }
    }

    /** To a place of which nothing is configured. */
    private Decision passOn(Cluster place, boolean noBody) {
        RulePlan ruled = RulePlan.to(place, telemetry);
        RulePlan.BackendPlan picked = ruled.backends().get(0);
        rule = ruled;
        backend = picked;
        addForwarded();
        addIds();
        RouteTable.Candidate match = ruled.anything();
        return new Decision.Forward(ruled, picked, place, Outgoing.of(head, ruled, picked, match, noBody), 0);
    }

    private Decision redirect(Filter.Redirect to, RouteTable.Candidate match, int port) {
        return new Decision.Redirect(
                to.status(), Redirects.location(to, head, match.match().path(), port));
    }
}
