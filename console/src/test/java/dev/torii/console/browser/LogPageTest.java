package dev.torii.console.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import dev.torii.console.SampleMesh;
import dev.torii.console.SampleTraces.Sample;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The live log of all proxies, of a shop under load. */
@ExtendWith(Browsing.class)
final class LogPageTest {

    private static SampleMesh mesh;

    @BeforeAll
    static void play() {
        mesh = SampleMesh.start(5);
        mesh.playOn();
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @Test
    void aLineAppearsLiveOnceItMatchesTheFilter(Visit visit) throws Exception {
        visit.open(mesh.page("/"), "#/log");
        assertThat(visit.find("tr[data-row]").first()).isVisible();
        visit.find("input.filter").fill("service=default/prices status=503");
        visit.press("Enter");
        assertThat(visit.page()).hasURL(Pattern.compile(".*#/log\\?filter=service.*503"));
        assertThat(visit.find(".since")).containsText("live");
        assertThat(visit.find(".notice")).containsText("No line matches yet.");

        mesh.fail("prices", true);
        assertThat(visit.find("tr[data-row]").first()).containsText("503");
        mesh.fail("prices", false);
        Locator status = visit.find("tr[data-row] .status").first();
        assertThat(status).hasClass(Pattern.compile(".*\\bbad\\b.*"));
        assertThat(visit.find("tr[data-row]:not(:has-text('default/prices'))")).hasCount(0);
    }

    @Test
    void allLinesOfOneOrderAreFoundAtAllProxies(Visit visit) throws Exception {
        Sample wanted = mesh.send(1, Duration.ZERO).get(0);
        visit.open(mesh.page("/"), "#/log");
        visit.search("x-order-id=" + wanted.orderId());
        visit.press("Enter");
        Locator rows = visit.find("tr[data-row]");
        assertThat(rows.first()).containsText(wanted.requestId());
        List<String> proxies = List.of("default/web", "default/cart", "default/prices");
        for (String service : proxies) {
            assertThat(rows.filter(new Locator.FilterOptions().setHasText(service))
                            .first())
                    .isVisible();
        }
        assertThat(visit.find("tr[data-row]:not(:has-text('" + wanted.requestId() + "'))"))
                .hasCount(0);
        visit.picture("log-order");

        rows.first().locator(".f-time").click();
        assertThat(visit.find(".fields")).containsText(wanted.orderId());
        visit.link("Its trace, if it was sampled").click();
        assertThat(visit.find("a.trace")).hasAttribute("href", "#/trace/" + wanted.traceId());
    }

    @Test
    void pausedItHoldsAndCountsAndThenGoesOn(Visit visit) {
        visit.open(mesh.page("/"), "#/log");
        assertThat(visit.find("tr[data-row]").first()).isVisible();
        visit.press("p");
        assertThat(visit.find(".since")).containsText(Pattern.compile("held: [1-9]"));
        String count = visit.find("p.count").textContent();
        assertThat(visit.find(".since")).containsText(Pattern.compile("held: [1-9][0-9]"));
        assertThat(visit.find("p.count")).hasText(count);
        visit.button("Go on").click();
        assertThat(visit.find(".since")).containsText("live");
        assertThat(visit.find("p.count")).not().hasText(count);
    }

    @Test
    void theTailStaysBounded(Visit visit) throws Exception {
        visit.open(mesh.page("/"), "#/log");
        assertThat(visit.find(".since")).containsText("live");
        mesh.send(120, Duration.ofSeconds(1));
        assertThat(visit.find("p.count")).containsText(Pattern.compile("500 lines \\(the last of [0-9,]+\\)"));
        assertThat(visit.find("tr[data-row]")).hasCount(500);
    }

    @Test
    void columnsAreChosenAndKept(Visit visit) {
        visit.open(mesh.page("/"), "#/log");
        assertThat(visit.find("tr[data-row]").first()).isVisible();
        visit.find(".menu summary").click();
        visit.page().getByLabel("headers.x-order-id").check();
        visit.page().getByLabel("authority").uncheck();
        visit.press("Escape");
        assertThat(visit.find("th", "x-order-id")).isVisible();
        assertThat(visit.find("th", "authority")).hasCount(0);
        visit.page().reload();
        assertThat(visit.find("th", "x-order-id")).isVisible();
        assertThat(visit.find("tr[data-row] .f-headers").first()).containsText("order-");
    }

    @Test
    void theLinesOfOneRequestAreInTheOrderInWhichTheyBegan(Visit visit) {
        String line = "{\"time\":\"2026-01-01T00:00:0%d.000Z\",\"request_id\":\"tea\",\"path\":\"/%s\",\"status\":200}";
        visit.answer("log/live", ": nothing\n\n")
                .answer("log", "[" + line.formatted(1, "outer") + "," + line.formatted(2, "inner") + "]")
                .open(mesh.page("/"), "#/log?filter=request_id%3Dtea");
        assertThat(visit.find("tr[data-row] .f-path")).containsText(new String[] {"/outer", "/inner"});
    }

    @Test
    void wrongFiltersAreExplained(Visit visit) {
        visit.open(mesh.page("/"), "#/log?filter=status%3E%3Dmany");
        assertThat(visit.find(".notice")).containsText("many");
        visit.expectProblem("400");
    }

    @Test
    void onAPhoneInTheDark(Visit visit) {
        visit.onPhone().inTheDark().open(mesh.page("/"), "#/log");
        assertThat(visit.find("tr[data-row]").first()).isVisible();
        visit.assertFitsTheScreen();
        visit.picture("phone-log");
        assertThat(visit.find("th")).hasCount(4);
    }
}
