package dev.torii.proxy;

import dev.torii.proxy.http.HttpEntrance;
import dev.torii.proxy.http.Worker;
import dev.torii.proxy.stream.StreamContext;
import dev.torii.proxy.stream.StreamEntrance;
import dev.torii.proxy.tls.ListenerIdentity;
import dev.torii.proxy.tls.TlsEngine;
import dev.torii.routing.Listener;
import dev.torii.routing.Port;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** One open port: an entrance on every worker. Stays open while the port's kind stays the same. */
final class OpenPort {

    private final Vertx vertx;
    private final List<ContextInternal> contexts;
    private final List<Worker> workers;
    private final List<StreamContext> streams;
    private final Port.Wire wire;
    private final boolean isHttp;
    private final int number;
    private final @Nullable ListenerIdentity identity;
    private final List<Entrance> entrances = new CopyOnWriteArrayList<>();
    private volatile int boundPort = -1;

    OpenPort(
            Vertx vertx,
            List<ContextInternal> contexts,
            List<Worker> workers,
            List<StreamContext> streams,
            Port port,
            TlsEngine engine) {
        this.vertx = vertx;
        this.contexts = contexts;
        this.workers = workers;
        this.streams = streams;
        this.wire = port.wire();
        this.isHttp = isHttp(port);
        this.number = port.number();
        this.identity = wire == Port.Wire.TLS ? new ListenerIdentity(port, engine) : null;
    }

    int number() {
        return number;
    }

    int boundPort() {
        return boundPort;
    }

    /** Whether a newer description of the port can be served without opening it anew. */
    boolean canServe(Port newer) {
        return newer.wire() == wire && isHttp(newer) == isHttp;
    }

    private static boolean isHttp(Port port) {
        return port.listeners().stream()
                .allMatch(listener -> listener.protocol() == Listener.Protocol.HTTP
                        || listener.protocol() == Listener.Protocol.HTTPS);
    }

    /**
     * Takes over the certificates of a newer description, for handshakes to come. Not for an event loop.
     *
     * @return one line for each that cannot be used
     */
    List<String> update(Port newer) {
        return identity == null ? List.of() : identity.update(newer);
    }

    /** Opens the first entrance, then the others on the port that the first one got. */
    Future<Integer> listen(String host, int bindPort) {
        Future<Integer> listening = listen(0, host, bindPort);
        for (int i = 1; i < workers.size(); i++) {
            int next = i;
            listening = listening.compose(bound -> listen(next, host, bound));
        }
        return listening.onSuccess(bound -> boundPort = bound);
    }

    private Future<Integer> listen(int worker, String host, int bindPort) {
        Promise<Integer> bound = Promise.promise();
        contexts.get(worker).runOnContext(v -> {
            Entrance entrance = isHttp
                    ? new HttpEntrance(vertx, workers.get(worker), number, identity)
                    : new StreamEntrance(vertx, streams.get(worker), number, identity);
            entrances.add(entrance);
            entrance.listen(host, bindPort).onComplete(bound);
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
