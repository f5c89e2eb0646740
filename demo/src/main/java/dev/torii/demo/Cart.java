package dev.torii.demo;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * {@code GET /api/cart} shows the cart of {@code x-user} and asks reviews what customers say of what is in it,
 * {@code POST /api/cart/ID} puts a product into it. {@code ?delay=MILLISECONDS} makes it slow, which is what timeouts are tried on. Lives on one event loop.
 */
final class Cart implements Handler<HttpServerRequest> {

    private static final int MAX_USERS = 1000;
    private static final int MAX_ITEMS = 100;
    private static final long MAX_DELAY_MS = 60_000;

    private final Vertx vertx;
    private final Calls calls;
    private final Map<String, List<String>> carts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<String>> eldest) {
            return size() > MAX_USERS;
        }
    };

    Cart(Vertx vertx, Calls calls) {
        this.vertx = vertx;
        this.calls = calls;
    }

    @Override
    public void handle(HttpServerRequest request) {
        long delay = delayOf(request);
        if (delay > 0) {
            vertx.setTimer(delay, id -> answer(request));
        } else {
            answer(request);
        }
    }

    private void answer(HttpServerRequest request) {
        String user = Objects.requireNonNullElse(request.getHeader("x-user"), "guest");
        String path = Objects.requireNonNullElse(request.path(), "");
        List<String> items = carts.getOrDefault(user, List.of());
        if (request.method().equals(HttpMethod.POST) && path.startsWith("/api/cart/")) {
            String id = path.substring("/api/cart/".length());
            if (Product.ALL.stream().noneMatch(p -> p.id().equals(id)) || items.size() >= MAX_ITEMS) {
                Replies.notFound(request);
                return;
            }
            items = carts.computeIfAbsent(user, u -> new ArrayList<>());
            items.add(id);
        } else if (!path.equals("/api/cart")) {
            Replies.notFound(request);
            return;
        }
        JsonObject cart = new JsonObject()
                .put("user", user)
                .put("shop", request.getHeader("x-shop"))
                .put("items", new JsonArray(List.copyOf(items)));
        calls.get(request, "http://reviews/api/reviews")
                .map(reviews -> withReviews(cart, new JsonObject(reviews)))
                .onSuccess(json -> Replies.json(request, json.encode()))
                .onFailure(e -> Replies.badGateway(request, e));
    }

    private static JsonObject withReviews(JsonObject cart, JsonObject all) {
        JsonObject ofItems = all.getJsonObject("reviews").copy();
        ofItems.fieldNames().retainAll(cart.getJsonArray("items").getList());
        return cart.put("version", all.getString("version")).put("reviews", ofItems);
    }

    private static long delayOf(HttpServerRequest request) {
        try {
            String delay = request.getParam("delay");
            return delay == null ? 0 : Math.min(MAX_DELAY_MS, Long.parseLong(delay));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
