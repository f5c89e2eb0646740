package dev.torii.proxy.upstream;

import dev.torii.proxy.Fault;
import dev.torii.routing.Cluster;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP/2 connections to one endpoint: few, each carrying many streams, as many as the peer allows. */
final class Http2Pool {

    private static final int MAX_WAITING = 4096;

    /** HTTP/2 connections are dear and few, and are told when they are to go: they may rest much longer than HTTP/1's. */
    private static final int IDLE_FACTOR = 15;

    private final Upstreams loop;
    private final EndpointState owner;
    private final List<Http2Session> sessions = new ArrayList<>();
    private final ArrayDeque<UpstreamEvents> waiting = new ArrayDeque<>();
    private boolean connecting;
    private boolean gone;

    Http2Pool(Upstreams loop, EndpointState owner) {
        this.loop = loop;
        this.owner = owner;
    }

    int size() {
        return sessions.size();
    }

    void acquire(UpstreamEvents events) {
        Http2Session session = withRoom();
        if (session != null) {
            session.lend(events);
        } else if (waiting.size() >= MAX_WAITING) {
            events.onFailure(Fault.UO, "stream_queue_full", true, false);
        } else {
            waiting.addLast(events);
            openMore();
        }
    }

    void forget(UpstreamEvents events) {
        waiting.remove(events);
    }

    private @Nullable Http2Session withRoom() {
        for (Http2Session session : sessions) {
            if (session.hasRoom()) {
                return session;
            }
        }
        return null;
    }

    private void serveWaiting() {
        while (!waiting.isEmpty()) {
            Http2Session session = withRoom();
            if (session == null) {
                openMore();
                return;
            }
            session.lend(waiting.pollFirst());
        }
    }

    private void openMore() {
        Cluster cluster = owner.cluster();
        // A connection that is leaving may carry a long stream for hours: it does not count.
        long staying = sessions.stream().filter(session -> !session.isLeaving()).count();
        if (connecting || staying >= cluster.connection().maxPerEndpoint()) {
            return;
        }
        connecting = true;
        int way = owner.way();
        long limitMs = cluster.connection().connectTimeoutMs();
        loop.connector()
                .connect(
                        cluster,
                        owner.endpoint(),
                        Connector.H2,
                        channel -> Http2Session.open(this, way, channel, limitMs),
                        detail -> openFailed(way, detail));
    }

    /** A connection can be used. */
    void opened(Http2Session session) {
        connecting = false;
        owner.reached();
        sessions.add(session);
        if (session.way() != owner.way()) {
            session.leave();
        }
        serveWaiting();
        if (gone) {
            session.leave();
        }
    }

    /** A connection could not be made, or no HTTP/2 is spoken there: all that wait for it have waited in vain. */
    void openFailed(int way, String detail) {
        connecting = false;
        if (way != owner.way()) {
            serveWaiting();
            return;
        }
        owner.unreachable();
        for (UpstreamEvents events : takeWaiting()) {
            events.onFailure(Fault.UF, detail, true, false);
        }
    }

    /** Gives up the queue. */
    List<UpstreamEvents> takeWaiting() {
        List<UpstreamEvents> taken = List.copyOf(waiting);
        waiting.clear();
        return taken;
    }

    void closed(Http2Session session) {
        sessions.remove(session);
        serveWaiting();
    }

    /** A stream is free. */
    void released() {
        serveWaiting();
    }

    /** Closes connections without streams, and those whose peer is silent. */
    void sweep(long now, long limitNanos) {
        for (Http2Session session : List.copyOf(sessions)) {
            session.check(now);
            if (session.isIdle() && now - session.idleSince() > limitNanos * IDLE_FACTOR) {
                session.close();
            }
        }
    }

    /** No new requests on the connections there are; they close when they are through. */
    void leaveAll() {
        List.copyOf(sessions).forEach(Http2Session::leave);
    }

    void retire() {
        gone = true;
        leaveAll();
    }
}
