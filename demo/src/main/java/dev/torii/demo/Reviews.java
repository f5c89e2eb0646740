package dev.torii.demo;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** {@code GET /api/reviews}: what customers say. Version 2 also counts stars, and is the one on trial. */
final class Reviews implements Handler<HttpServerRequest> {

    private record Review(String text, int stars) {}

    private static final Map<String, Review> REVIEWS = Map.of(
            "lantern", new Review("Warm light, thin paper.", 4),
            "teapot", new Review("Heavy. Keeps the tea hot for an hour.", 5),
            "umbrella", new Review("Lovely until it rained.", 3));

    private final boolean stars;

    Reviews(boolean stars) {
        this.stars = stars;
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (!"/api/reviews".equals(request.path())) {
            Replies.notFound(request);
            return;
        }
        JsonObject reviews = new JsonObject();
        for (Product product : Product.ALL) {
            Review review = REVIEWS.get(product.id());
            if (review != null) {
                JsonObject json = new JsonObject().put("text", review.text());
                reviews.put(product.id(), stars ? json.put("stars", review.stars()) : json);
            }
        }
        Replies.json(
                request,
                new JsonObject()
                        .put("version", stars ? "v2" : "v1")
                        .put("reviews", reviews)
                        .encode());
    }
}
