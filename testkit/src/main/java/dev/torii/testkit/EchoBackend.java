package dev.torii.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The echo backend of the Gateway API conformance suite: answers every request with 200 and a JSON object that tells
 * what arrived and who answered, see {@link EchoReply}. Beyond that
 *
 * <ul>
 *   <li>{@code ?delay=500ms} waits before it answers,
 *   <li>a request header {@code X-Echo-Set-Header: n:v,n2:v2} sets response headers in the spelling given,
 *   <li>{@code /status/NNN} answers with that status,
 *   <li>{@code /ws} echoes WebSocket messages,
 *   <li>{@code /retry/…} fails a number of tries first, see {@link RetrySimulator}.
 * </ul>
 *
 * It remembers every request in {@link #journal()}; mirrors are counted there. An answer is written when the request
 * has been read to its end.
 */
public final class EchoBackend implements Listening {

    private final Vertx vertx;
    private final Pod pod;
    private final boolean h2cOnly;
    private final RetrySimulator retries = new RetrySimulator();
    private final Journal<SeenRequest> journal;
    private final HttpServer server;

    private EchoBackend(
            Vertx vertx, Pod pod, HttpServerOptions options, boolean h2cOnly, Journal<SeenRequest> journal) {
        this.vertx = vertx;
        this.pod = pod;
        this.h2cOnly = h2cOnly;
        this.journal = journal;
        this.server = vertx.createHttpServer(options.setHost(HOST));
        server.requestHandler(this::handle);
        server.listen().await();
    }

    /** HTTP/1 in clear. */
    public static EchoBackend start(Vertx vertx, Pod pod) {
        return start(vertx, pod, new Journal<>());
    }

    /** HTTP/1 in clear, with a journal that several pods of a Service share. */
    public static EchoBackend start(Vertx vertx, Pod pod, Journal<SeenRequest> journal) {
        return start(vertx, pod, 0, journal);
    }

    /** HTTP/1 in clear, on a port that configuration names already. */
    public static EchoBackend start(Vertx vertx, Pod pod, int port) {
        return start(vertx, pod, port, new Journal<>());
    }

    private static EchoBackend start(Vertx vertx, Pod pod, int port, Journal<SeenRequest> journal) {
        HttpServerOptions options = new HttpServerOptions().setPort(port).setHttp2ClearTextEnabled(false);
        return new EchoBackend(vertx, pod, options, false, journal);
    }

    /** HTTP/2 in clear by prior knowledge; HTTP/1 gets 400. */
    public static EchoBackend startH2c(Vertx vertx, Pod pod) {
        return startH2c(vertx, pod, 0);
    }

    /** The same, on a port that configuration names already. */
    public static EchoBackend startH2c(Vertx vertx, Pod pod, int port) {
        return new EchoBackend(vertx, pod, new HttpServerOptions().setPort(port), true, new Journal<>());
    }

    /** HTTP/1 and HTTP/2 over TLS. */
    public static EchoBackend startTls(Vertx vertx, Pod pod, ServerTls tls) {
        HttpServerOptions options = new HttpServerOptions()
                .setPort(0)
                .setSsl(true)
                .setUseAlpn(true)
                .setSni(true)
                .setKeyCertOptions(keyCert(tls));
        if (tls.asksForClientCertificate()) {
            options.setClientAuth(ClientAuth.REQUEST).setTrustOptions(new TakesAny());
        }
        return new EchoBackend(vertx, pod, options, false, new Journal<>());
    }

    static PemKeyCertOptions keyCert(ServerTls tls) {
        return new PemKeyCertOptions()
                .setCertValue(Buffer.buffer(tls.certificatePem()))
                .setKeyValue(Buffer.buffer(tls.keyPem()));
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    public Pod pod() {
        return pod;
    }

    /** Every request so far, in the order of arrival. */
    public Journal<SeenRequest> journal() {
        return journal;
    }

    /** Shorthand for waiting on the journal. */
    public List<SeenRequest> await(int n, Predicate<SeenRequest> which) {
        return journal.await(n, which, Duration.ofSeconds(10));
    }

    @Override
    public void close() {
        server.close().await();
    }

    private void handle(HttpServerRequest request) {
        journal.add(EchoReply.seen(request));
        if (h2cOnly && request.version() != HttpVersion.HTTP_2) {
            request.response().setStatusCode(400).end("HTTP/2 only\n");
        } else if (request.path() != null && request.path().equals("/ws")) {
            request.toWebSocket().onSuccess(EchoBackend::echoMessages);
        } else {
            long[] bodyBytes = {0};
            request.handler(chunk -> bodyBytes[0] += chunk.length());
            request.end().onSuccess(end -> afterDelay(request, () -> answer(request, bodyBytes[0])));
        }
    }

    private void afterDelay(HttpServerRequest request, Runnable answer) {
        long delay = millis(request.getParam("delay"));
        if (delay > 0) {
            vertx.setTimer(delay, id -> answer.run());
        } else {
            answer.run();
        }
    }

    private void answer(HttpServerRequest request, long bodyBytes) {
        if (retries.takes(request)) {
            afterRetryDelay(request, bodyBytes);
            return;
        }
        reply(request, statusOf(request.path()), bodyBytes);
    }

    private void afterRetryDelay(HttpServerRequest request, long bodyBytes) {
        RetrySimulator.Verdict verdict = retries.next(request);
        if (verdict.succeeds()) {
            reply(request, 200, bodyBytes);
        } else if (verdict.delayMs() > 0) {
            vertx.setTimer(verdict.delayMs(), id -> fail(request, verdict));
        } else {
            fail(request, verdict);
        }
    }

    private static void fail(HttpServerRequest request, RetrySimulator.Verdict verdict) {
        if (verdict.status() == 0) {
            RetrySimulator.reset(request);
        } else if (!request.response().closed()) {
            request.response().setStatusCode(verdict.status()).end();
        }
    }

    private void reply(HttpServerRequest request, int status, long bodyBytes) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            return;
        }
        response.setStatusCode(status).putHeader("content-type", "application/json");
        EchoReply.setHeaders(response, request.headers().getAll("x-echo-set-header"));
        Buffer body = EchoReply.body(request, pod, bodyBytes).toBuffer();
        if (request.method().name().equals("HEAD")) {
            response.putHeader("content-length", Integer.toString(body.length()))
                    .end();
        } else {
            response.end(body);
        }
    }

    private static void echoMessages(ServerWebSocket socket) {
        socket.textMessageHandler(socket::writeTextMessage);
        socket.binaryMessageHandler(socket::writeBinaryMessage);
    }

    private static int statusOf(@Nullable String path) {
        if (path != null && path.matches("/status/[2-5][0-9][0-9]")) {
            return Integer.parseInt(path, "/status/".length(), path.length(), 10);
        }
        return 200;
    }

    /** A Go duration of one part: {@code 500ms}, {@code 1s}; 0 for null or what cannot be read. */
    static long millis(@Nullable String duration) {
        if (duration == null || !duration.matches("[0-9]{1,9}(ms|s)")) {
            return 0;
        }
        boolean millis = duration.endsWith("ms");
        long number = Long.parseLong(duration, 0, duration.length() - (millis ? 2 : 1), 10);
        return millis ? number : TimeUnit.SECONDS.toMillis(number);
    }

    static String text(Buffer buffer) {
        return buffer.toString(UTF_8);
    }
}
