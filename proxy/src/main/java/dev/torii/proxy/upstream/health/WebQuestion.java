package dev.torii.proxy.upstream.health;

import dev.torii.proxy.upstream.health.Probe.Question;
import dev.torii.proxy.upstream.health.Probes.Tls;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Resilience.HealthCheck;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.impl.HttpContext;
import io.vertx.ext.web.client.impl.WebClientInternal;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One question to one endpoint, and the connection that it is asked on.
 *
 * <p>The web client hides its connections, and would read on from one whose answer is too long or comes too slowly. So each
 * question has its own client over the shared pool, with an ear in it.
 */
final class WebQuestion {

    private static final String AGENT = "torii-health/"
            + Objects.requireNonNullElse(WebQuestion.class.getPackage().getImplementationVersion(), "dev");

    private final Question question;
    private final @Nullable Tls tls;
    private final Consumer<String> answer;
    private final Consumer<Boolean> ended;
    private @Nullable HttpConnection connection;
    private int status;
    private boolean over;

    /** @param ended is told once whether it was given up while it had no connection yet */
    WebQuestion(Question question, @Nullable Tls tls, Consumer<String> answer, Consumer<Boolean> ended) {
        this.question = question;
        this.tls = tls;
        this.answer = answer;
        this.ended = ended;
    }

    void send(HttpClient client) {
        WebClientInternal web = (WebClientInternal) WebClient.wrap(client);
        web.addInterceptor(this::follow);
        HealthCheck how = question.how();
        HttpRequest<Buffer> request = request(web, how)
                .ssl(tls != null)
                .followRedirects(false)
                .putHeader("user-agent", AGENT)
                .as(new BoundedBody(() -> answered(judge(status))));
        Future<HttpResponse<Buffer>> response = how.kind() == HealthCheck.Kind.GRPC
                ? request.putHeader("content-type", "application/grpc")
                        .putHeader("te", "trailers")
                        .putHeader("grpc-timeout", how.timeoutMs() + "m")
                        .sendBuffer(GrpcHealth.request(how.path()))
                : request.send();
        response.onComplete(done -> answered(done.failed() ? Reasons.of(done.cause()) : judge(done.result())));
    }

    /** Where TLS has a name for the backend, that is the host: many servers refuse another one. */
    private HttpRequest<Buffer> request(WebClient web, HealthCheck how) {
        Endpoint endpoint = question.endpoint();
        SocketAddress address = SocketAddress.inetSocketAddress(endpoint.port(), endpoint.host());
        String host = tls == null ? endpoint.host() : tls.serverName();
        return how.kind() == HealthCheck.Kind.GRPC
                ? web.request(HttpMethod.POST, address, endpoint.port(), host, GrpcHealth.PATH)
                : web.request(HttpMethod.GET, address, endpoint.port(), host, how.path());
    }

    private void follow(HttpContext<?> context) {
        switch (context.phase()) {
            case CREATE_REQUEST -> {
                context.requestOptions().setProtocolVersion(version());
                if (tls != null) {
                    context.requestOptions().setSslOptions(tls.options());
                }
            }
            case SEND_REQUEST -> {
                HttpConnection made = context.clientRequest().connection();
                made.exceptionHandler(e -> {}); // the answer fails with it, too
                connection = made;
                if (over) {
                    made.close();
                }
            }
            case RECEIVE_RESPONSE -> status = context.clientResponse().statusCode();
            default -> {}
        }
        context.next();
    }

    private HttpVersion version() {
        boolean http2 = question.how().kind() == HealthCheck.Kind.GRPC
                || question.cluster().protocol() == Cluster.Protocol.HTTP2;
        return http2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1;
    }

    private String judge(HttpResponse<Buffer> response) {
        if (question.how().kind() == HealthCheck.Kind.HTTP) {
            return judge(response.statusCode());
        }
        MultiMap headers = response.headers();
        return GrpcHealth.judge(response.statusCode(), headers, response.trailers(), response.body());
    }

    /** Without the rest of the answer, which is enough for HTTP. */
    private String judge(int status) {
        if (question.how().kind() == HealthCheck.Kind.GRPC) {
            return "protocol_error";
        }
        return status >= 200 && status < 400 ? "" : Integer.toString(status);
    }

    private void answered(String reason) {
        if (!over) {
            end(false);
            answer.accept(reason);
        }
    }

    /** Nobody waits any more. */
    void hangUp() {
        if (!over) {
            end(connection == null);
        }
    }

    private void end(boolean hung) {
        over = true;
        HttpConnection open = connection;
        if (open != null) {
            open.close();
        }
        ended.accept(hung);
    }
}
