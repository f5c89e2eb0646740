package dev.torii.proxy.upstream;

import dev.torii.proxy.Fault;
import dev.torii.routing.Cluster;
import dev.torii.routing.UpstreamTls;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP/2 connections to one endpoint: few, each carrying many streams, as many as the peer allows. */
final class Http2Pool {

    private static final int MAX_WAITING = 4096;

    private final Upstreams loop;
    private final EndpointState owner;
    private final List<Pooled> connections = new ArrayList<>();
    private final ArrayDeque<UpstreamEvents> waiting = new ArrayDeque<>();
    private boolean connecting;
    private boolean gone;

    Http2Pool(Upstreams loop, EndpointState owner) {
        this.loop = loop;
        this.owner = owner;
    }

    /** A connection with what Vert.x does not tell: how many streams we have on it and since when none. */
    private static final class Pooled {
        final HttpClientConnection connection;
        int streams;
        long idleSince = System.nanoTime();
        boolean leaving;

        Pooled(HttpClientConnection connection) {
            this.connection = connection;
        }

        boolean hasRoom() {
            return !leaving && streams < connection.maxActiveStreams();
        }
    }

    int size() {
        return connections.size();
    }

    void acquire(UpstreamEvents events) {
        Pooled pooled = withRoom();
        if (pooled != null) {
            lend(pooled, events);
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

    private @Nullable Pooled withRoom() {
        for (Pooled pooled : connections) {
            if (pooled.hasRoom()) {
                return pooled;
            }
        }
        return null;
    }

    private void lend(Pooled pooled, UpstreamEvents events) {
        pooled.streams++;
        new Http2Stream(pooled.connection, events, () -> released(pooled)).open();
    }

    private void released(Pooled pooled) {
        if (--pooled.streams == 0) {
            pooled.idleSince = System.nanoTime();
            if (gone || pooled.leaving) {
                pooled.connection.close();
            }
        }
        serveWaiting();
    }

    private void serveWaiting() {
        while (!waiting.isEmpty()) {
            Pooled pooled = withRoom();
            if (pooled == null) {
                openMore();
                return;
            }
            lend(pooled, waiting.pollFirst());
        }
    }

    private void openMore() {
        Cluster cluster = owner.cluster();
        if (connecting || connections.size() >= cluster.connection().maxPerEndpoint()) {
            return;
        }
        connecting = true;
        HttpConnectOptions options = new HttpConnectOptions()
                .setServer(SocketAddress.inetSocketAddress(
                        owner.endpoint().port(), owner.endpoint().host()))
                .setHost(owner.endpoint().host())
                .setPort(owner.endpoint().port())
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setConnectTimeout(cluster.connection().connectTimeoutMs())
                .setSsl(false);
        UpstreamTls tls = cluster.tls();
        if (tls != null) {
            ClientSSLOptions ssl = loop.http2Tls(tls);
            if (ssl == null) {
                connecting = false;
                failOne("tls_not_usable");
                return;
            }
            options.setSsl(true).setHost(tls.serverName()).setSslOptions(ssl);
        }
        loop.http2Client().connect(options).onComplete(done -> {
            connecting = false;
            if (done.succeeded()) {
                add(done.result());
            } else {
                failOne(Failures.ofConnect(done.cause()));
            }
        });
    }

    private void add(HttpClientConnection connection) {
        Pooled pooled = new Pooled(connection);
        connections.add(pooled);
        connection.goAwayHandler(goAway -> pooled.leaving = true);
        connection.shutdownHandler(v -> pooled.leaving = true);
        connection.closeHandler(v -> {
            pooled.leaving = true;
            connections.remove(pooled);
        });
        serveWaiting();
    }

    private void failOne(String detail) {
        UpstreamEvents first = waiting.pollFirst();
        if (first != null) {
            first.onFailure(Fault.UF, detail, true, false);
        }
        if (!waiting.isEmpty()) {
            openMore();
        }
    }

    /** Closes connections without streams; HTTP/2 connections may rest much longer than HTTP/1's. */
    void sweep(long now, long limitNanos) {
        for (Pooled pooled : List.copyOf(connections)) {
            if (pooled.streams == 0 && now - pooled.idleSince > limitNanos * 15) {
                pooled.connection.close();
            }
        }
    }

    void retire() {
        gone = true;
        for (Pooled pooled : List.copyOf(connections)) {
            if (pooled.streams == 0) {
                pooled.connection.close();
            }
        }
    }
}
