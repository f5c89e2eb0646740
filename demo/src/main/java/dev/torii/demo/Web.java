package dev.torii.demo;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * {@code GET /}: the page, or JSON for who accepts only that. It gathers catalog, cart and reviews through the gateway,
 * whose address is the only one it knows, and hands on the headers that a mesh needs to follow a request.
 */
final class Web implements Handler<HttpServerRequest> {

    /** What a service has to hand on, so that the calls of one page are one trace and canaries stay sticky. */
    private static final List<String> HANDED_ON =
            List.of("x-request-id", "traceparent", "tracestate", "baggage", "x-user", "x-preview");

    private final HttpClient client;
    private final String shopUrl;

    /** @param shopUrl of the gateway, without a slash at the end */
    Web(Vertx vertx, String shopUrl) {
        this.client = vertx.createHttpClient();
        this.shopUrl = shopUrl;
    }

    @Override
    public void handle(HttpServerRequest request) {
        Future<Buffer> catalog = fetch(request, "/api/catalog/products");
        Future<Buffer> cart = fetch(request, "/api/cart");
        Future<Buffer> reviews = fetch(request, "/api/reviews");
        Future.all(catalog, cart, reviews)
                .map(all -> new JsonObject()
                        .put("products", new JsonArray(catalog.result()))
                        .put("cart", new JsonObject(cart.result()))
                        .put("reviews", new JsonObject(reviews.result())))
                .onSuccess(shop -> answer(request, shop))
                .onFailure(e -> Replies.badGateway(request, String.valueOf(e.getMessage())));
    }

    private static void answer(HttpServerRequest request, JsonObject shop) {
        if ("application/json".equals(request.getHeader("accept"))) {
            Replies.json(request, shop.encode());
        } else {
            Replies.html(request, Page.of(shop));
        }
    }

    private Future<Buffer> fetch(HttpServerRequest page, String path) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(shopUrl + path)
                .setTimeout(3000);
        for (String name : HANDED_ON) {
            String value = page.getHeader(name);
            if (value != null) {
                options.putHeader(name, value);
            }
        }
        return client.request(options).compose(HttpClientRequest::send).compose(response -> body(response, path));
    }

    private static Future<Buffer> body(HttpClientResponse response, String path) {
        if (response.statusCode() != 200) {
            return Future.failedFuture(path + " answered " + response.statusCode());
        }
        return response.body();
    }
}
