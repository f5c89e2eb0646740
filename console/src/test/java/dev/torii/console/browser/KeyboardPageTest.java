package dev.torii.console.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import dev.torii.console.SampleMesh;
import dev.torii.console.SampleTraces.Sample;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From an alert to its cause without a mouse. */
@ExtendWith(Browsing.class)
final class KeyboardPageTest {

    private static SampleMesh mesh;
    private static List<Sample> sent;

    @BeforeAll
    static void play() throws Exception {
        mesh = SampleMesh.start(11);
        sent = mesh.send(20, Duration.ofMinutes(1));
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @Test
    void fromTheGraphToASpanAndBack(Visit visit) {
        visit.open(mesh.page("/"), "");
        assertThat(visit.find(".graph")).isVisible();
        visit.press("g", "t");
        assertThat(visit.find("a.trace")).hasCount(20);
        visit.press("/");
        assertThat(visit.field("Request id")).isFocused();
        visit.page().keyboard().type(sent.get(5).requestId());
        visit.press("Enter");
        assertThat(visit.find("a.trace")).hasCount(1);
        visit.press("Escape", "j", "Enter");
        assertThat(visit.page())
                .hasURL(Pattern.compile(".*#/trace/" + sent.get(5).traceId()));
        assertThat(visit.find(".span").first()).isVisible();
        visit.press("j", "j", "k");
        assertThat(visit.find(".span").first()).isFocused();
        visit.press("Enter");
        assertThat(visit.find(".span-details")).isVisible();
        visit.press("Escape", "Escape");
        assertThat(visit.find("a.trace")).hasCount(1);
        visit.press("g", "l");
        assertThat(visit.find(".log-view")).isVisible();
        visit.press("g", "c");
        assertThat(visit.find(".config-view")).isVisible();
        visit.press("g", "g");
        assertThat(visit.find(".graph")).isVisible();
    }

    @Test
    void theHelpTellsKeysAndLetters(Visit visit) {
        visit.open(mesh.page("/"), "");
        assertThat(visit.find(".graph")).isVisible();
        visit.press("?");
        assertThat(visit.find("dialog.help")).isVisible();
        assertThat(visit.find("dialog.help")).containsText("search in this view");
        assertThat(visit.find("dialog.help")).containsText("the upstream did not answer in time");
        visit.picture("help");
        visit.press("Escape");
        assertThat(visit.find("dialog.help")).isHidden();
    }
}
