package dev.torii.demo;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.util.List;

/**
 * What a service asks of others, by their names; through an HTTP proxy when {@code http.proxyHost} and
 * {@code http.proxyPort} tell it of one, as they tell any Java program. Hands on the headers that a mesh needs to follow a request.
 */
final class Calls {

    /** What a service has to hand on, so that the calls of one page are one trace and canaries stay sticky. */
    private static final List<String> HANDED_ON =
            List.of("x-request-id", "traceparent", "tracestate", "baggage", "x-user", "x-preview");

    private static final long TIMEOUT_MS = 3000;

    private final HttpClient client;

    Calls(Vertx vertx) {
        HttpClientOptions options = new HttpClientOptions();
        String proxy = System.getProperty("http.proxyHost");
        if (proxy != null) {
            options.setProxyOptions(new ProxyOptions()
                    .setType(ProxyType.HTTP)
                    .setHost(proxy)
                    .setPort(Integer.getInteger("http.proxyPort", 80)));
        }
        this.client = vertx.createHttpClient(options);
    }

    /**
     * Asks on behalf of a request.
     *
     * @return fails when the answer is not 200
     */
    Future<Buffer> get(HttpServerRequest cause, String url) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(url)
                .setTimeout(TIMEOUT_MS);
        for (String name : HANDED_ON) {
            String value = cause.getHeader(name);
            if (value != null) {
                options.putHeader(name, value);
            }
        }
        return client.request(options).compose(HttpClientRequest::send).compose(response -> body(response, url));
    }

    private static Future<Buffer> body(HttpClientResponse response, String url) {
        if (response.statusCode() != 200) {
            return Future.failedFuture(url + " answered " + response.statusCode());
        }
        return response.body();
    }
}
