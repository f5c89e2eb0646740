package dev.torii.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

final class PageTest {

    private static JsonObject shop(String user, JsonObject review) {
        return new JsonObject()
                .put(
                        "products",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("id", "teapot")
                                        .put("name", "Iron teapot")
                                        .put("cents", 4950)))
                .put("cart", new JsonObject().put("user", user).put("items", new JsonArray().add("teapot")))
                .put(
                        "reviews",
                        new JsonObject().put("version", "v2").put("reviews", new JsonObject().put("teapot", review)));
    }

    @Test
    void showsProductReviewStarsAndCart() {
        String page = Page.of(shop("ann", new JsonObject().put("text", "Heavy.").put("stars", 3)));

        assertThat(page)
                .contains("<b>Iron teapot</b> 49.50")
                .contains("Heavy. <span class=\"stars\">★★★</span>")
                .contains("ann has 1 in the cart")
                .contains("Reviews by reviews-v2");
    }

    @Test
    void showsNoStarsWhereThereAreNone() {
        assertThat(Page.of(shop("ann", new JsonObject().put("text", "Heavy.")))).doesNotContain("★");
    }

    @Test
    void escapesWhatCustomersSay() {
        String page = Page.of(shop("<script>", new JsonObject().put("text", "a & \"b\"")));

        assertThat(page)
                .contains("&lt;script&gt; has")
                .contains("a &amp; &quot;b&quot;")
                .doesNotContain("<script>");
    }
}
