package dev.torii.console.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import dev.torii.console.SampleMesh;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where there is nothing to see, or something is wrong, the page says in words what to do. */
@ExtendWith(Browsing.class)
final class WordsForNothingPageTest {

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
    void aConsoleThatWasToldOfNoProxies(Visit visit) {
        visit.answer("graph", "{\"nodes\":[],\"edges\":[]}").answer("proxies", "[]");
        visit.answer("routes", "[]").answer("breakers", "[]");
        visit.open(mesh.page("/"), "");
        assertThat(visit.find(".notice")).containsText("./torii console --proxy 127.0.0.1:15000");
        visit.open(mesh.page("/"), "#/config/proxies");
        assertThat(visit.find(".notice")).containsText("./torii console --proxy 127.0.0.1:15000");
        visit.open(mesh.page("/"), "#/config/routes");
        assertThat(visit.find(".notice")).containsText("No routes are served.");
        visit.open(mesh.page("/"), "#/config/breakers");
        assertThat(visit.find(".notice")).containsText("No backend has been used yet.");
        visit.open(mesh.page("/"), "#/config/snapshot");
        assertThat(visit.find(".notice")).containsText("No proxies yet.");
    }

    @Test
    void aConsoleThatGotNothingYet(Visit visit) {
        visit.answer("log", "[]").answer("log/live", ": nothing\n\n");
        visit.open(mesh.page("/"), "#/traces");
        assertThat(visit.find(".notice")).containsText("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318");
        visit.open(mesh.page("/"), "#/log");
        assertThat(visit.find(".notice")).containsText("No lines yet");
    }

    @Test
    void aFilterThatIsNone(Visit visit) {
        visit.answer("log", 400, "{\"error\":\"status>=x: a number is wanted\"}");
        visit.open(mesh.page("/"), "#/log?filter=status>=x");
        assertThat(visit.find(".notice")).containsText("status>=x: a number is wanted");
        visit.expectProblem("400");
    }

    @Test
    void aConsoleThatIsGoneAndComesBack(Visit visit) {
        visit.open(mesh.page("/"), "#/traces");
        assertThat(visit.find(".notice")).isVisible();
        visit.page().context().setOffline(true);
        visit.button("Search").click();
        assertThat(visit.find(".notice"))
                .containsText("The console does not answer. Is ./torii console still running?");
        assertThat(visit.find(".away")).containsText("The console does not answer");
        visit.page().context().setOffline(false);
        visit.button("Try again").click();
        assertThat(visit.find(".notice")).containsText("No spans yet.");
        assertThat(visit.find(".away")).hasCount(0);
        visit.expectProblem("ERR_INTERNET_DISCONNECTED");
    }
}
