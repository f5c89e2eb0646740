package dev.torii.proxy;

import dev.torii.proxy.http.Door;
import dev.torii.proxy.http.HttpConnections;
import dev.torii.proxy.http.HttpEntrance;
import dev.torii.proxy.http.Worker;
import dev.torii.proxy.mesh.MeshEntrance;
import dev.torii.proxy.stream.StreamConnections;
import dev.torii.proxy.stream.StreamContext;
import dev.torii.proxy.stream.StreamEntrance;
import dev.torii.proxy.tls.ListenerIdentity;
import dev.torii.proxy.tls.TlsEngine;
import dev.torii.routing.Port;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One open port: an entrance on every worker. Stays open while the port's kind stays the same. */
final class OpenPort {

    /** Streams of one event loop through a sidecar's port. */
    private static final int MAX_SESSIONS = 32 * 1024;

    private final List<ContextInternal> contexts;
    private final IntFunction<Entrance> entrance;
    private final Port.@Nullable Wire wire;
    private final @Nullable ListenerIdentity identity;
    private final List<Entrance> entrances = new CopyOnWriteArrayList<>();
    private volatile int boundPort = -1;

    private OpenPort(
            List<ContextInternal> contexts,
            Port.@Nullable Wire wire,
            @Nullable ListenerIdentity identity,
            IntFunction<Entrance> entrance) {
        this.contexts = contexts;
        this.wire = wire;
        this.identity = identity;
        this.entrance = entrance;
    }

    /** A Gateway's. */
    static OpenPort of(
            Vertx vertx,
            List<ContextInternal> contexts,
            List<Worker> workers,
            List<StreamContext> streams,
            Port port,
            Supplier<TlsEngine> engine) {
        Port.Wire wire = port.wire();
        int number = port.number();
        Door door = Door.ofGateway(number);
        ListenerIdentity identity = wire == Port.Wire.TLS ? new ListenerIdentity(port, engine.get()) : null;
        return new OpenPort(contexts, wire, identity, worker -> {
            if (wire == Port.Wire.TCP) {
                return new StreamEntrance(vertx, streams.get(worker), number, null, null);
            }
            HttpConnections http = new HttpConnections(vertx, workers.get(worker));
            return wire == Port.Wire.HTTP
                    ? new HttpEntrance(vertx, http, door)
                    : new StreamEntrance(vertx, streams.get(worker), number, identity, http);
        });
    }

    /** A sidecar's. */
    static OpenPort of(
            Vertx vertx,
            List<ContextInternal> contexts,
            List<Worker> workers,
            List<StreamContext> streams,
            MeshEntrance.Settings settings) {
        return new OpenPort(
                contexts,
                null,
                null,
                worker -> new MeshEntrance(
                        vertx,
                        new HttpConnections(vertx, workers.get(worker)),
                        new StreamConnections(streams.get(worker), MAX_SESSIONS),
                        settings));
    }

    int boundPort() {
        return boundPort;
    }

    /** Whether a newer description of the port can be served without opening it anew. */
    boolean canServe(Port newer) {
        return newer.wire() == wire;
    }

    /**
     * Takes over the certificates of a newer description, for handshakes to come. Not for an event loop.
     *
     * @return one line for each that cannot be used
     */
    List<String> update(Port newer) {
        return identity == null ? List.of() : identity.update(newer);
    }

    /**
     * Opens the first entrance, then the others on the port that the first one got. Not for an event loop.
     *
     * @param mayShare whether somebody else may be listening on that port already
     */
    Future<Integer> listen(String host, int bindPort, boolean mayShare) {
        try {
            if (!mayShare) {
                refuseIfTaken(host, bindPort);
            }
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        Future<Integer> listening = listen(0, host, bindPort);
        for (int i = 1; i < contexts.size(); i++) {
            int next = i;
            listening = listening.compose(bound -> listen(next, host, bound));
        }
        return listening.onSuccess(bound -> boundPort = bound);
    }

    /**
     * Each worker has a socket of its own on the port (SO_REUSEPORT), and so the kernel would let another process of this
     * user have one too and give it a part of the clients. A socket without that option finds out; it does not listen, so
     * no client meets it.
     */
    private static void refuseIfTaken(String host, int port) throws IOException {
        try (Socket probe = new Socket()) {
            probe.setReuseAddress(true); // connections of a listener that is gone do not count
            probe.bind(new InetSocketAddress(host, port));
        }
    }

    private Future<Integer> listen(int worker, String host, int bindPort) {
        Promise<Integer> bound = Promise.promise();
        contexts.get(worker).runOnContext(v -> {
            Entrance opening = entrance.apply(worker);
            entrances.add(opening);
            opening.listen(host, bindPort).onComplete(bound);
        });
        return bound.future();
    }

    Future<Void> shutdown(Duration timeout) {
        List<Future<Void>> closing = new ArrayList<>();
        for (Entrance entrance : entrances) {
            closing.add(entrance.shutdown(timeout));
        }
        return Future.join(closing).mapEmpty();
    }
}
