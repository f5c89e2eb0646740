package dev.torii.testkit.cases;

import dev.torii.testkit.Listening;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * HTTP/2, by prior knowledge in clear or by ALPN over TLS, with Vert.x' client. What is done with an answer is said on the
 * event loop, before the request is sent: said by the test's thread it may come after the body, which is gone then.
 */
final class Http2Probe implements Probe {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final TlsTrust trust;

    Http2Probe(Vertx vertx, TlsTrust trust) {
        this.vertx = vertx;
        this.trust = trust;
    }

    @Override
    public Answer ask(int port, Exchange exchange) {
        HttpClient client = vertx.createHttpClient(options(exchange));
        try {
            return client.request(where(port, exchange))
                    .compose(request -> send(request, exchange).compose(Http2Probe::read))
                    .await(LIMIT);
        } catch (Throwable e) {
            // await() throws whatever failed, checked or not.
            return Failures.answer(e);
        } finally {
            client.close().await();
        }
    }

    private HttpClientOptions options(Exchange exchange) {
        HttpClientOptions options =
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
        if (exchange.target().isTls()) {
            options.setSsl(true)
                    .setUseAlpn(true)
                    .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(trust.caPem())));
            String name = exchange.clientCertificate();
            if (name != null) {
                options.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(trust.certificates().certificate(name)))
                        .addKeyValue(Buffer.buffer(trust.certificates().key(name))));
            }
        }
        return options;
    }

    /** Vert.x takes the server name from the host, and the authority from where it is told. */
    private static RequestOptions where(int port, Exchange exchange) {
        String serverName = exchange.serverName() == null ? exchange.target().host() : exchange.serverName();
        return new RequestOptions()
                .setMethod(HttpMethod.valueOf(exchange.method()))
                .setServer(SocketAddress.inetSocketAddress(port, Listening.HOST))
                .setHost(serverName)
                .setPort(exchange.target().port())
                .setURI(exchange.target().path());
    }

    private static Future<HttpClientResponse> send(HttpClientRequest request, Exchange exchange) {
        request.authority(HostAndPort.parseAuthority(exchange.authority(), -1));
        for (Map.Entry<String, String> header : Requests.headers(exchange)) {
            request.headers().add(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
        }
        return request.send();
    }

    private static Future<Answer> read(HttpClientResponse response) {
        return response.body()
                .map(body ->
                        Answer.http(response.statusCode(), response.headers().entries(), body.toString()));
    }
}
