package dev.torii.demo;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * {@code GET /}: the page, gathered from catalog, cart and reviews, or JSON for who accepts only that. {@code GET /cart}:
 * the cart alone, always JSON.
 */
final class Web implements Handler<HttpServerRequest> {

    private final Calls calls;

    Web(Calls calls) {
        this.calls = calls;
    }

    @Override
    public void handle(HttpServerRequest request) {
        switch (String.valueOf(request.path())) {
            case "/" -> page(request);
            case "/cart" ->
                calls.get(request, "http://cart/api/cart")
                        .onSuccess(cart -> Replies.json(request, cart.toString()))
                        .onFailure(e -> Replies.badGateway(request, e));
            default -> Replies.notFound(request);
        }
    }

    private void page(HttpServerRequest request) {
        Future<Buffer> catalog = calls.get(request, "http://catalog/products");
        Future<Buffer> cart = calls.get(request, "http://cart/api/cart");
        Future<Buffer> reviews = calls.get(request, "http://reviews/api/reviews");
        Future.all(catalog, cart, reviews)
                .map(all -> new JsonObject()
                        .put("products", new JsonArray(catalog.result()))
                        .put("cart", new JsonObject(cart.result()))
                        .put("reviews", new JsonObject(reviews.result())))
                .onSuccess(shop -> answer(request, shop))
                .onFailure(e -> Replies.badGateway(request, e));
    }

    private static void answer(HttpServerRequest request, JsonObject shop) {
        if ("application/json".equals(request.getHeader("accept"))) {
            Replies.json(request, shop.encode());
        } else {
            Replies.html(request, Page.of(shop));
        }
    }
}
