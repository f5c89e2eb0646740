package dev.torii.demo;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** {@code GET /products}: what the shop sells. */
final class Catalog implements Handler<HttpServerRequest> {

    @Override
    public void handle(HttpServerRequest request) {
        if (!"/products".equals(request.path())) {
            Replies.notFound(request);
            return;
        }
        JsonArray products = new JsonArray();
        for (Product product : Product.ALL) {
            products.add(new JsonObject()
                    .put("id", product.id())
                    .put("name", product.name())
                    .put("cents", product.cents()));
        }
        Replies.json(request, products.encode());
    }
}
