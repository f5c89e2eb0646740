package dev.torii.proxy.upstream.health;

import dev.torii.proxy.tls.TlsEngine;
import dev.torii.proxy.upstream.health.Probe.Question;
import dev.torii.proxy.upstream.health.Probes.Tls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.tracing.TracingPolicy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Asks by HTTP and gRPC, each time on a connection of its own: whether one can be made is part of the question. */
final class WebProbe {

    /** Vert.x shouts of a connection that breaks before anybody could listen to it; we tell it better. Held for ever. */
    private static final List<Logger> LOUD = List.of(
            Logger.getLogger("io.vertx.core.net.impl.ConnectionBase"),
            Logger.getLogger("io.vertx.core.http.impl.HttpClientConnection"));

    private static final int CONNECT_MS = 10_000;

    private final Vertx vertx;
    private final Set<Client> open = new HashSet<>();
    private @Nullable Client clear;
    private @Nullable Client secure;

    WebProbe(Vertx vertx) {
        this.vertx = vertx;
        LOUD.forEach(logger -> logger.setLevel(Level.OFF));
    }

    /**
     * A client that several questions share. Where a question hangs before it has a connection, as with a backend that
     * never says a word of HTTP/2, Vert.x would keep that attempt for ever; only closing the client ends it. So it gets no
     * further questions, and is closed after the last one.
     */
    private final class Client {
        private final HttpClient http;
        private int questions;
        private boolean stuck;

        Client(boolean tls) {
            http = vertx.httpClientBuilder().with(options(tls)).build();
            open.add(this);
        }

        void ended(boolean hung) {
            questions--;
            stuck |= hung;
            if (stuck && questions == 0) {
                open.remove(this);
                http.close();
            }
        }
    }

    /** One stream for each connection, none used twice, and an engine for TLS that others shall not load. */
    private static HttpClientOptions options(boolean tls) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MultiplexingLimit(1)
                .setKeepAlive(false)
                .setConnectTimeout(CONNECT_MS)
                .setForceSni(true)
                .setTracingPolicy(TracingPolicy.IGNORE);
        if (tls) {
            options.setSslEngineOptions(TlsEngine.best().options());
        }
        return options;
    }

    private Client client(boolean tls) {
        Client current = tls ? secure : clear;
        if (current == null || current.stuck) {
            current = new Client(tls);
            if (tls) {
                secure = current;
            } else {
                clear = current;
            }
        }
        return current;
    }

    /** As {@link Probe#ask}. */
    Runnable ask(Question question, @Nullable Tls tls, Consumer<String> answer) {
        Client client = client(tls != null);
        client.questions++;
        WebQuestion asked = new WebQuestion(question, tls, answer, client::ended);
        asked.send(client.http);
        return asked::hangUp;
    }

    Future<Void> close() {
        List<Future<Void>> closing =
                open.stream().map(client -> client.http.close()).toList();
        return Future.join(closing).mapEmpty();
    }
}
