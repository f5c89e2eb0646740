package dev.torii.proxy.upstream.health;

import dev.torii.proxy.tls.TlsEngine;
import dev.torii.proxy.upstream.health.Probe.Question;
import dev.torii.proxy.upstream.health.Probes.Tls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.tracing.TracingPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks by HTTP and gRPC, each time on a connection of its own: whether one can be made is part of the question. */
final class WebProbe {

    private final Vertx vertx;
    /** By whether they speak TLS, which has an engine that others shall not load. */
    private final Map<Boolean, HttpClient> clients = new HashMap<>();

    WebProbe(Vertx vertx) {
        this.vertx = vertx;
    }

    private HttpClient client(boolean tls) {
        return clients.computeIfAbsent(tls, secure -> {
            HttpClientOptions options = new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false)
                    .setHttp2MultiplexingLimit(1)
                    .setKeepAlive(false)
                    .setForceSni(true)
                    .setTracingPolicy(TracingPolicy.IGNORE);
            if (secure) {
                options.setSslEngineOptions(TlsEngine.best().options());
            }
            return vertx.httpClientBuilder()
                    .with(options)
                    .with(new PoolOptions())
                    .build();
        });
    }

    /** As {@link Probe#ask}. */
    Runnable ask(Question question, @Nullable Tls tls, Consumer<String> answer) {
        WebQuestion asked = new WebQuestion(question, tls, answer);
        asked.send(client(tls != null));
        return asked::hangUp;
    }

    Future<Void> close() {
        List<Future<Void>> closing =
                clients.values().stream().map(HttpClient::close).toList();
        return Future.join(closing).mapEmpty();
    }
}
