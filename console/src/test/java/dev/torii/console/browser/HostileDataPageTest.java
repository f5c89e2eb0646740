package dev.torii.console.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import dev.torii.console.SampleMesh;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Paths, headers and names come from anybody: in every view they are text, whatever they look like. */
@ExtendWith(Browsing.class)
final class HostileDataPageTest {

    private static final String EVIL = "<img src=x onerror=alert(1)>'\\\"><script>alert(2)</script>";
    private static final String SEEN = EVIL.replace("\\\"", "\"");

    private static SampleMesh mesh;

    @BeforeAll
    static void start() {
        mesh = SampleMesh.start(1);
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @BeforeEach
    void answer(Visit visit) {
        visit.answer("services", "[{\"name\":\"EVIL\",\"spans\":1}]".replace("EVIL", EVIL))
                .answer("graph", """
                        {"nodes":[{"id":"gateway","kind":"gateway","rate":1,"errorRate":0,"p50":1,"p99":2},
                                  {"id":"EVIL","kind":"service","rate":1,"errorRate":0.5,"p50":1,"p99":2}],
                         "edges":[{"from":"gateway","to":"EVIL","rate":1,"errorRate":0.5,"p50":1,"p99":2,"flags":{"EVIL":1}}]}""".replace("EVIL", EVIL))
                .answer("traces", """
                        [{"traceId":"1","start":1700000000000000,"duration":5,"rootService":"EVIL","rootName":"EVIL","status":500,
                          "services":["EVIL"],"spans":1,"errors":1,"flags":["EVIL"],"requestId":"EVIL"}]""".replace("EVIL", EVIL))
                .answer("traces/1", """
                        {"traceId":"1","requestId":"EVIL","spans":[{"spanId":"a","parentId":"EVIL","service":"EVIL","role":"EVIL",
                          "name":"EVIL","kind":"SERVER","start":1700000000000000,"duration":5,"status":"ERROR",
                          "attributes":{"EVIL":"EVIL","torii.flags":"EVIL","torii.reason":"EVIL"},
                          "events":[{"time":1700000000000001,"name":"EVIL","attributes":{"EVIL":"EVIL"}}]}]}""".replace("EVIL", EVIL))
                .answer("log", """
                        [{"time":"2026-01-01T00:00:00.000Z","status":500,"method":"EVIL","authority":"EVIL","path":"/EVIL",
                          "service":"EVIL","flags":"EVIL","reason":"EVIL","request_id":"EVIL","trace_id":"EVIL",
                          "headers":{"EVIL":"EVIL"},"proxy":"EVIL"}]""".replace("EVIL", EVIL))
                .answer("log/live", ": nothing\n\n")
                .answer("proxies", """
                        [{"address":"EVIL","role":"EVIL","service":"EVIL","state":"EVIL","reason":"EVIL","snapshot":"EVIL","version":"EVIL"}]""".replace("EVIL", EVIL))
                .answer("routes", """
                        [{"route":"EVIL","hosts":["EVIL"],"matches":["EVIL"],
                          "backends":[{"service":"EVIL","weight":1,"rate":1,"errorRate":1}],"proxies":1}]""".replace("EVIL", EVIL))
                .answer(
                        "breakers",
                        "[{\"proxy\":\"EVIL\",\"cluster\":\"EVIL\",\"endpoint\":\"EVIL\",\"inFlight\":1,\"limit\":2,\"state\":\"EVIL\"}]"
                                .replace("EVIL", EVIL))
                .answer(
                        "limits",
                        "[{\"proxy\":\"EVIL\",\"id\":\"EVIL\",\"key\":\"header EVIL\",\"scope\":\"EVIL\",\"refused\":1}]"
                                .replace("EVIL", EVIL));
    }

    @Test
    void inTheGraphAndItsTable(Visit visit) {
        visit.open(mesh.page("/"), "#/graph");
        assertThat(visit.find(".node.bad title")).containsText(SEEN);
        visit.find(".node.bad").click();
        assertThat(visit.find(".details h2")).containsText(SEEN);
        assertThat(visit.find(".details .flag-list")).containsText(SEEN);
        visit.button("Table").click();
        assertThat(visit.find("tr[data-row]")).containsText(SEEN);
        assertNothingCameAlive(visit);
    }

    @Test
    void inTracesAndTheirSpans(Visit visit) {
        visit.open(mesh.page("/"), "#/traces");
        assertThat(visit.find("a.trace .what")).containsText(SEEN);
        visit.find("a.trace").click();
        assertThat(visit.find(".trace-head h1")).containsText(SEEN);
        visit.find(".span").click();
        assertThat(visit.find(".attributes").first()).containsText(SEEN);
        assertNothingCameAlive(visit);
    }

    @Test
    void inTheLog(Visit visit) {
        visit.open(mesh.page("/"), "#/log");
        assertThat(visit.find("tr[data-row]")).containsText("/" + SEEN);
        visit.find("tr[data-row] .f-time").click();
        assertThat(visit.find(".fields")).containsText("headers." + SEEN);
        assertThat(visit.find(".because")).containsText(SEEN);
        assertNothingCameAlive(visit);
    }

    @Test
    void inTheConfiguration(Visit visit) {
        visit.open(mesh.page("/"), "#/config/proxies");
        assertThat(visit.find("tr[data-row]")).containsText(SEEN);
        visit.open(mesh.page("/"), "#/config/routes");
        assertThat(visit.find(".card h3")).containsText(SEEN);
        visit.open(mesh.page("/"), "#/config/breakers");
        assertThat(visit.find("tr[data-row]").first()).containsText(SEEN);
        assertThat(visit.find("tr[data-row]").last()).containsText("header " + SEEN);
        assertNothingCameAlive(visit);
    }

    private static void assertNothingCameAlive(Visit visit) {
        assertThat(visit.find("img, main script, [onerror]")).hasCount(0);
    }
}
