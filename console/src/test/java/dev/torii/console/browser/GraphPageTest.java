package dev.torii.console.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import dev.torii.console.SampleMesh;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The service graph of a shop under load, in which the reviews fail. */
@ExtendWith(Browsing.class)
final class GraphPageTest {

    private static final String FAILING = "[data-edge='default/web → default/reviews']";
    private static final String HEALTHY = "[data-edge='default/web → default/products']";

    private static SampleMesh mesh;

    @BeforeAll
    static void play() throws Exception {
        mesh = SampleMesh.start(3);
        mesh.send(200, Duration.ofMinutes(5));
        mesh.playOn();
        mesh.fail("reviews", true);
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @Test
    void theFailingEdgeStandsOutWithItsRate(Visit visit) {
        visit.open(mesh.page("/"), "");
        Locator failing = visit.find(FAILING);
        assertThat(failing).hasClass(Pattern.compile(".*\\bbad\\b.*"));
        assertThat(failing).containsText("✕");
        assertThat(failing).containsText(Pattern.compile("[1-9][0-9.]*/s"));
        assertThat(failing)
                .hasAttribute("aria-label", Pattern.compile("default/web calls default/reviews: .*% errors.*"));
        assertThat(visit.find(HEALTHY)).not().hasClass(Pattern.compile(".*\\bbad\\b.*"));
        assertThat(visit.find("[data-node='gateway']")).isVisible();
        visit.picture("graph");

        failing.click();
        Locator details = visit.find(".details");
        assertThat(details).containsText("the upstream could not be reached");
        assertThat(details.getByText("Failed traces"))
                .hasAttribute("href", "#/traces?service=default%2Freviews&status=error");
        assertThat(details.getByText("Failures in the log"))
                .hasAttribute("href", "#/log?filter=role%3Doutbound+service%3Ddefault%2Freviews+status%3E%3D500");
        visit.picture("graph-edge");
        details.getByText("Failures in the log").click();
        assertThat(visit.find("tr[data-row]").first()).containsText("503");
    }

    @Test
    void figuresAreLiveAndNothingMoves(Visit visit) {
        visit.open(mesh.page("/"), "");
        Locator node = visit.find("[data-node='default/web']");
        assertThat(node).isVisible();
        String figures = node.locator(".numbers").textContent();
        String place = String.valueOf(node.getAttribute("style"));
        assertThat(node.locator(".numbers")).not().hasText(figures);
        assertThat(node.getAttribute("style")).as("where default/web is drawn").isEqualTo(place);

        visit.press("p");
        assertThat(visit.find(".since")).containsText("held at");
        visit.press("p");
        assertThat(visit.find(".since")).containsText("live");
    }

    @Test
    void aServiceIsFoundShownAndClosedByKeyboard(Visit visit) {
        visit.open(mesh.page("/"), "");
        assertThat(visit.find("[data-node='default/cart']")).isVisible();
        visit.search("cart");
        visit.press("Enter");
        assertThat(visit.find(".details h2")).hasText("default/cart");
        assertThat(visit.find(".details")).containsText("default/prices");
        visit.button("Only its neighbours").click();
        assertThat(visit.find("[data-node]")).hasCount(3); // web, cart, prices
        visit.press("Escape");
        assertThat(visit.find(".details")).hasCount(0);
        visit.press("Escape");
        assertThat(visit.find("[data-node='default/reviews']")).isVisible();
        visit.page().goBack();
        assertThat(visit.find("[data-node]")).hasCount(3);
    }

    @Test
    void theTableHasTheWorstEdgeFirst(Visit visit) {
        visit.open(mesh.page("/"), "#/graph?as=table");
        assertThat(visit.find("tr[data-row]").first()).hasAttribute("data-edge", "default/web → default/reviews");
        visit.press("j", "Enter");
        assertThat(visit.find(".details h2")).containsText("default/reviews");
    }

    @Test
    void fortyServicesAreSeenAtOnceByName(Visit visit) {
        String nodes = IntStream.range(0, 40)
                .mapToObj(i -> "{\"id\":\"shop/service-" + i + "\",\"kind\":\"service\"," + FIGURES + "}")
                .collect(Collectors.joining(","));
        String edges = IntStream.range(1, 40)
                .mapToObj(i -> "{\"from\":\"shop/service-" + i / 3 + "\",\"to\":\"shop/service-" + i + "\"," + FIGURES
                        + ",\"flags\":{}}")
                .collect(Collectors.joining(","));
        visit.answer("graph", "{\"nodes\":[" + nodes + "],\"edges\":[" + edges + "]}")
                .open(mesh.page("/"), "");
        assertThat(visit.find(".node .big:visible")).hasCount(40);
        Object cut = visit.page().evaluate("""
                        () => { const stage = document.querySelector('.canvas').getBoundingClientRect();
                          return [...document.querySelectorAll('.node .box')].filter((e) => { const b = e.getBoundingClientRect();
                            return b.left < stage.left || b.right > stage.right || b.top < stage.top || b.bottom > stage.bottom; }).length; }""");
        assertThat(cut).as("nodes that are not wholly in sight").isEqualTo(0);
        visit.picture("graph-forty");
        visit.press("+", "+", "+", "+");
        assertThat(visit.find(".node .numbers:visible")).hasCount(40);
    }

    private static final String FIGURES = "\"rate\":12,\"errorRate\":0,\"p50\":1000,\"p99\":9000";

    @Test
    void inTheDark(Visit visit) {
        visit.inTheDark().open(mesh.page("/"), "#/graph?node=default/web");
        assertThat(visit.find(".details h2")).hasText("default/web");
        assertThat(visit.find("html")).hasCSS("background-color", "rgb(21, 23, 27)");
        visit.picture("dark-graph");
    }

    @Test
    void onAPhone(Visit visit) {
        visit.onPhone().open(mesh.page("/"), "");
        assertThat(visit.find(FAILING)).isVisible();
        visit.assertFitsTheScreen();
        visit.picture("phone-graph");
        visit.find("[data-node='default/reviews']").click();
        assertThat(visit.find(".details h2")).hasText("default/reviews");
        visit.assertFitsTheScreen();
    }
}
