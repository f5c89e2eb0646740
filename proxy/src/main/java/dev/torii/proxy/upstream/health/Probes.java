package dev.torii.proxy.upstream.health;

import dev.torii.proxy.tls.ClientTls;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.UpstreamTls;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.ClientSSLOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The ways to ask, each made when it is needed first. Over TLS the backend is believed as for real requests. */
final class Probes implements Probe {

    private final ContextInternal context;
    private final Function<UpstreamTls, @Nullable ClientTls> clientTls;
    private @Nullable WebProbe web;
    private @Nullable TcpProbe tcp;

    Probes(ContextInternal context, Function<UpstreamTls, @Nullable ClientTls> clientTls) {
        this.context = context;
        this.clientTls = clientTls;
    }

    /** How to verify a backend, and what to call it. */
    record Tls(String serverName, ClientSSLOptions options) {}

    @Override
    public Runnable ask(Question question, Consumer<String> answer) {
        UpstreamTls wanted = question.cluster().tls();
        ClientTls prepared = wanted == null ? null : clientTls.apply(wanted);
        if (wanted != null && prepared == null) {
            context.runOnContext(v -> answer.accept("tls_not_usable"));
            return () -> {};
        }
        Tls tls = prepared == null ? null : new Tls(prepared.serverName(), options(prepared, question.how()));
        return question.how().kind() == HealthCheck.Kind.TCP
                ? tcp().ask(question, tls, answer)
                : web().ask(question, tls, answer);
    }

    /** Vert.x itself negotiates the protocol that it is to speak. */
    private static ClientSSLOptions options(ClientTls tls, HealthCheck how) {
        ClientSSLOptions options = tls.clientOptions(List.of());
        options.setSslHandshakeTimeout(how.timeoutMs()).setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        return options;
    }

    private WebProbe web() {
        WebProbe made = web;
        if (made == null) {
            made = new WebProbe(context.owner());
            web = made;
        }
        return made;
    }

    private TcpProbe tcp() {
        TcpProbe made = tcp;
        if (made == null) {
            made = new TcpProbe(context.owner());
            tcp = made;
        }
        return made;
    }

    @Override
    public Future<Void> close() {
        Future<Void> first = web == null ? Future.succeededFuture() : web.close();
        Future<Void> second = tcp == null ? Future.succeededFuture() : tcp.close();
        return Future.join(first, second).mapEmpty();
    }
}
