package dev.torii.demo;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Objects;

/** The shop's page as HTML. Pure; escapes whatever it shows. */
final class Page {

    private static final String FRAME = """
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>The shop at the gate</title>
            <style>
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; color: #222 }
              h1 { color: #b3261e } li { margin: .8rem 0 } small { color: #666 } .stars { color: #b8860b }
            </style></head>
            <body>
            <h1>The shop at the gate</h1>
            <ul>
            %s</ul>
            <p>%s has %d in the cart.</p>
            <p><small>Reviews by reviews-%s.</small></p>
            </body>
            </html>
            """;

    private Page() {}

    /** @param shop {@code products}, {@code cart} and {@code reviews} as the services gave them */
    static String of(JsonObject shop) {
        JsonObject reviews = shop.getJsonObject("reviews");
        JsonObject cart = shop.getJsonObject("cart");
        StringBuilder items = new StringBuilder();
        for (Object product : shop.getJsonArray("products")) {
            items.append(item((JsonObject) product, reviews.getJsonObject("reviews")));
        }
        return String.format(
                Locale.ROOT,
                FRAME,
                items,
                escape(cart.getString("user")),
                cart.getJsonArray("items").size(),
                escape(reviews.getString("version")));
    }

    private static String item(JsonObject product, JsonObject reviews) {
        JsonObject review = reviews.getJsonObject(product.getString("id"), new JsonObject());
        int stars = Math.max(0, Math.min(5, Objects.requireNonNullElse(review.getInteger("stars"), 0)));
        return String.format(
                Locale.ROOT,
                "<li><b>%s</b> %.2f<br>%s <span class=\"stars\">%s</span></li>%n",
                escape(product.getString("name")),
                product.getInteger("cents") / 100.0,
                escape(review.getString("text", "")),
                "★".repeat(stars));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
