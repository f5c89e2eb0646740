package dev.torii.console.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import dev.torii.console.SampleMesh;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Traces as they come: with holes, wrong clocks, circles, and hundreds of spans. */
@ExtendWith(Browsing.class)
final class TraceShapesPageTest {

    private static SampleMesh mesh;

    @BeforeAll
    static void start() {
        mesh = SampleMesh.start(1);
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @Test
    void aSpanWithoutItsParentIsShownAndSaysSo(Visit visit) {
        show(visit, span("a", "", "web", 0, 1000), span("b", "lost", "cart", 100, 200));
        Locator orphan = row(visit, "cart");
        assertThat(orphan).containsText("parent missing");
        assertThat(orphan).hasAttribute("aria-level", "1");
        orphan.click();
        assertThat(visit.find(".span-details")).containsText("its parent lost has not been received");
    }

    @Test
    void spansThatAreEachOthersParentsAreShown(Visit visit) {
        show(visit, span("a", "b", "web", 0, 1000), span("b", "a", "cart", 100, 200), span("c", "c", "self", 5, 1));
        assertThat(visit.find(".span")).hasCount(3);
    }

    @Test
    void aServiceWithAWrongClockIsMovedIntoItsCallerWithAllItCalls(Visit visit) {
        show(
                visit,
                span("a", "", "web", 0, 1_000),
                span("b", "a", "cart", -60_000, 400),
                span("c", "b", "cart", -59_900, 100));
        assertThat(row(visit, "cart").first().getByLabel("clock is off")).isVisible();
        row(visit, "cart").first().click();
        assertThat(visit.find(".span-details")).containsText("shown 60.3\u202fms later than it said");
        // (1000 - 400) / 2 after its caller's start; what it called, 100 later still.
        assertThat(visit.find(".span-details")).containsText("from +300\u202fµs");
        row(visit, "cart").last().click();
        assertThat(visit.find(".span-details").last()).containsText("from +400\u202fµs");
    }

    @Test
    void aCalleeThatWorksOnAfterItsCallerGaveUpIsNotMoved(Visit visit) {
        show(visit, span("a", "", "web", 0, 1_000), span("b", "a", "cart", 100, 5_000));
        assertThat(row(visit, "cart")).containsText("5.00\u202fms");
        assertThat(visit.find(".skew")).hasCount(0);
    }

    @Test
    void thatACalleeSawItsCallerLeaveIsNotTheCause(Visit visit) {
        String gaveUp = "\"torii.flags\":\"DT\",\"torii.reason\":\"request_timeout\"";
        show(
                visit,
                failed(span("a", "", "gateway", 0, 1_000), gaveUp),
                failed(
                        span("b", "a", "cart", 1, 998),
                        "\"torii.flags\":\"DC\",\"torii.reason\":\"client_disconnected\""),
                span("c", "b", "cart", 3_000, 10));
        assertThat(visit.find(".because"))
                .containsText("gateway work: the deadline of the whole request was over (request timeout)");
        assertThat(visit.find(".trace-head")).containsText("1.00\u202fms (until the last span ended: 3.01\u202fms)");
    }

    private static String failed(String span, String attributes) {
        return span.replace("UNSET", "ERROR").replace("\"attributes\":{}", "\"attributes\":{" + attributes + "}");
    }

    @Test
    void hundredsOfSpansFoldAndOpen(Visit visit) {
        String many = IntStream.range(0, 600)
                .mapToObj(i -> span("s" + i, i % 100 == 0 ? "a" : "s" + (i - 1), "web", i, 1000 - i))
                .collect(Collectors.joining(","));
        show(visit, span("a", "", "gateway", 0, 1000), many);
        assertThat(visit.find(".span")).hasCount(601);
        visit.button("Fold all").click();
        assertThat(visit.find(".span")).hasCount(7);
        visit.button("Unfold all").click();
        visit.find("[data-span=s599]").click();
        assertThat(visit.find(".span-details")).containsText("s599");
    }

    private static Locator row(Visit visit, String service) {
        return visit.find(".span:has(b:text-is('" + service + "'))");
    }

    private static String span(String id, String parent, String service, long start, long duration) {
        return """
                {"spanId":"%s","parentId":"%s","service":"default/%s","role":"","name":"work","kind":"INTERNAL",
                 "start":%d,"duration":%d,"status":"UNSET","attributes":{},"events":[]}""".formatted(id, parent, service, 1_700_000_000_000_000L + start, duration);
    }

    private static void show(Visit visit, String... spans) {
        visit.answer("traces/1", "{\"traceId\":\"1\",\"requestId\":\"\",\"spans\":[" + String.join(",", spans) + "]}");
        visit.open(mesh.page("/"), "#/trace/1");
    }
}
