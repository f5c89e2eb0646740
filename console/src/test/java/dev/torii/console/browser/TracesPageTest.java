package dev.torii.console.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

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

/** The search for traces and the waterfall, of a shop whose reviews began to fail, with requests going on. */
@ExtendWith(Browsing.class)
final class TracesPageTest {

    private static SampleMesh mesh;
    private static List<Sample> healthy;
    private static List<Sample> failing;

    @BeforeAll
    static void play() throws Exception {
        mesh = SampleMesh.start(7);
        healthy = mesh.send(150, Duration.ofMinutes(10));
        mesh.fail("reviews", true);
        failing = mesh.send(30, Duration.ofSeconds(1));
        mesh.playOn();
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @Test
    void aTraceIsFoundByItsRequestId(Visit visit) {
        Sample wanted = healthy.get(11);
        visit.open(mesh.page("/"), "#/traces");
        visit.field("Request id").fill(wanted.requestId());
        visit.button("Search").click();
        assertThat(visit.page()).hasURL(Pattern.compile(".*#/traces\\?requestId=" + wanted.requestId()));
        assertThat(visit.find("a.trace")).hasCount(1);
        assertThat(visit.find("a.trace")).hasAttribute("href", "#/trace/" + wanted.traceId());
        assertThat(visit.find("a.trace .services")).containsText("prices");
    }

    @Test
    void aTraceIsFoundByALoggedHeader(Visit visit) {
        Sample wanted = healthy.get(12);
        visit.open(mesh.page("/"), "#/traces");
        visit.button("More").click();
        visit.field("Header or tag").fill("x-order-id=" + wanted.orderId());
        visit.press("Enter");
        assertThat(visit.find("a.trace")).hasCount(1);
        assertThat(visit.find("a.trace")).hasAttribute("href", "#/trace/" + wanted.traceId());
    }

    @Test
    void failuresAreFoundAndToldInWords(Visit visit) {
        visit.open(mesh.page("/"), "#/traces");
        visit.field("Status").selectOption("errors");
        Locator first = visit.find("a.trace").first();
        assertThat(first).containsText("the upstream did not answer in time");
        assertThat(first).containsText("error");
        assertThat(visit.find("a.trace:not(.bad, .warn)")).hasCount(0);
        assertThat(visit.find(".scatter path.dot").first()).isAttached();
        visit.picture("traces");
    }

    @Test
    void theAddressIsTheSearchAndBackGoesBack(Visit visit) {
        visit.open(mesh.page("/"), "#/traces?service=default/cart&status=error&minDuration=200ms");
        assertThat(visit.field("Service")).hasValue("default/cart");
        assertThat(visit.field("Slower than")).hasValue("200ms");
        assertThat(visit.field("Status")).hasValue("error");
        visit.field("Slower than").fill("1h");
        visit.press("Enter");
        assertThat(visit.find(".wrong")).containsText("\"1h\" is no duration: write 250ms, 1.5s or 800us.");
        visit.page().goBack();
        assertThat(visit.field("Slower than")).hasValue("200ms");
        assertThat(visit.find(".wrong")).hasCount(0);
    }

    @Test
    void aSearchWithoutResultSaysWhatToDo(Visit visit) {
        visit.open(mesh.page("/"), "#/traces?requestId=nobody");
        assertThat(visit.find(".notice")).containsText("No trace matches.");
        assertThat(visit.link("look for nobody there")).hasAttribute("href", "#/log?filter=request_id%3Dnobody");
    }

    @Test
    void theWaterfallShowsTheAttemptsAndWhyTheFirstFailed(Visit visit) {
        visit.open(mesh.page("/"), "#/trace/" + failing.get(3).traceId());
        Locator attempts = visit.find(".span").filter(new Locator.FilterOptions().setHasText("attempt"));
        assertThat(attempts.nth(0)).containsText("attempt 1 of 2");
        assertThat(attempts.nth(0)).containsText("UT");
        assertThat(attempts.nth(0)).containsText("the upstream did not answer in time (per try timeout)");
        assertThat(attempts.nth(1)).containsText("attempt 2 of 2");
        assertThat(visit.find(".because")).containsText("on attempt 1 of 2");
        assertThat(visit.link("Log lines of this request id"))
                .hasAttribute(
                        "href", "#/log?filter=request_id%3D" + failing.get(3).requestId());
        visit.picture("trace");

        visit.button("Show it").click();
        Locator details = visit.find(".span-details");
        assertThat(details).containsText("client leaving, in the caller’s sidecar");
        assertThat(details).containsText("torii.endpoint");
        assertThat(details.getByLabel("copy torii.reason")).isVisible();
    }

    @Test
    void spansFoldUnfoldAndOpenByKeyboard(Visit visit) {
        visit.open(mesh.page("/"), "#/trace/" + failing.get(4).traceId());
        Locator spans = visit.find(".span");
        assertThat(spans.first()).isVisible();
        int all = spans.count();
        visit.press("j", "ArrowLeft");
        assertThat(spans).hasCount(1);
        visit.press("ArrowRight");
        assertThat(spans).hasCount(all);
        visit.press("j", "j", "Enter");
        assertThat(visit.find(".span-details")).containsText("torii.role");
        visit.press("Escape");
        assertThat(visit.find(".span-details")).hasCount(0);
    }

    @Test
    void aTraceThatIsNotKeptSaysSo(Visit visit) {
        visit.open(mesh.page("/"), "#/trace/00000000000000000000000000000001");
        assertThat(visit.find(".notice")).containsText("This trace is not kept here.");
        visit.expectProblem("404");
    }

    @Test
    void allOfItFitsAPhone(Visit visit) {
        visit.onPhone().open(mesh.page("/"), "#/traces?text=cart");
        assertThat(visit.find("a.trace").first()).isVisible();
        visit.assertFitsTheScreen();
        visit.picture("phone-traces");
        visit.open(mesh.page("/"), "#/trace/" + failing.get(3).traceId());
        assertThat(visit.find(".span").first()).isVisible();
        visit.assertFitsTheScreen();
        visit.picture("phone-trace");
    }

    @Test
    void theDarkThemeIsTheSystemsUnlessOneIsChosen(Visit visit) {
        visit.inTheDark().open(mesh.page("/"), "#/traces");
        assertThat(visit.find("a.trace").first()).isVisible();
        assertThat(visit.find("html")).hasCSS("background-color", "rgb(21, 23, 27)");
        visit.picture("dark-traces");
        visit.button("theme: auto").click();
        assertThat(visit.find("html")).hasCSS("background-color", "rgb(250, 249, 246)");
        visit.page().reload();
        assertThat(visit.button("theme: light")).isVisible();
        assertThat(visit.find("html")).hasCSS("background-color", "rgb(250, 249, 246)");
    }
}
