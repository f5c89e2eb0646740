package dev.torii.proxy.upstream.health;

import dev.torii.proxy.tls.TlsEngine;
import dev.torii.proxy.upstream.health.Probe.Question;
import dev.torii.proxy.upstream.health.Probes.Tls;
import dev.torii.routing.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Connects, shakes hands where the cluster speaks TLS, and closes. */
final class TcpProbe {

    private final Vertx vertx;
    /** By whether they speak TLS, which has an engine that others shall not load. */
    private final Map<Boolean, NetClient> clients = new HashMap<>();

    TcpProbe(Vertx vertx) {
        this.vertx = vertx;
    }

    private NetClient client(boolean tls) {
        return clients.computeIfAbsent(tls, secure -> {
            NetClientOptions options = new NetClientOptions();
            if (secure) {
                options.setSslEngineOptions(TlsEngine.best().options());
            }
            return vertx.createNetClient(options);
        });
    }

    /** As {@link Probe#ask}. */
    Runnable ask(Question question, @Nullable Tls tls, Consumer<String> answer) {
        Endpoint endpoint = question.endpoint();
        ConnectOptions options = new ConnectOptions()
                .setRemoteAddress(SocketAddress.inetSocketAddress(endpoint.port(), endpoint.host()))
                .setTimeout((int) question.how().timeoutMs());
        if (tls != null) {
            options.setSsl(true).setSslOptions(tls.options()).setSniServerName(tls.serverName());
        }
        Future<NetSocket> connecting = client(tls != null).connect(options);
        connecting.onSuccess(NetSocket::close).onComplete(done -> answer.accept(Reasons.of(done.cause())));
        return () -> {};
    }

    Future<Void> close() {
        List<Future<Void>> closing =
                clients.values().stream().map(NetClient::close).toList();
        return Future.join(closing).mapEmpty();
    }
}
