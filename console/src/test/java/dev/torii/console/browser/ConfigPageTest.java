package dev.torii.console.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import dev.torii.console.SampleMesh;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is served where, and how proxies fare. */
@ExtendWith(Browsing.class)
final class ConfigPageTest {

    private static SampleMesh mesh;

    @BeforeAll
    static void play() {
        mesh = SampleMesh.start(9);
        mesh.secondWeb().snapshot("0ld51de0");
        mesh.proxy("cart").breaker("open");
        mesh.proxy("reviews").ready(false);
        mesh.playOn();
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @Test
    void twoProxiesOfAServiceOnDifferentSnapshotsStandOut(Visit visit) {
        visit.open(mesh.page("/"), "#/config");
        assertThat(visit.find("tr[data-row]")).hasCount(7);
        Locator differing = visit.find("tr.differs");
        assertThat(differing).hasCount(2);
        assertThat(visit.find("tr.differs", "default/web")).hasCount(2);
        assertThat(visit.find("tr.differs", "0ld51de0")).hasCount(1);
        assertThat(visit.find("tr.differs", "behind")).hasCount(1);
        assertThat(visit.find("tr.differs", "newest")).hasCount(1);
        assertThat(visit.find(".summary")).containsText("1 behind the newest snapshot of its kind");
        assertThat(visit.find(".summary")).containsText("7 proxies");
        assertThat(visit.find("tr[data-row]", "default/reviews")).containsText("draining");
        visit.picture("config");
    }

    @Test
    void routesHaveTheirSplitsAndRates(Visit visit) {
        visit.open(mesh.page("/"), "#/config/routes");
        Locator shop = visit.find(".card", "default/shop/0");
        assertThat(shop).containsText("PathPrefix /");
        assertThat(shop).containsText("default/web");
        visit.search("prices");
        assertThat(visit.find(".card")).hasCount(1);
        assertThat(visit.find(".card")).containsText("in 2 proxies");
        visit.find("input.find").fill("nothing of the kind");
        assertThat(visit.find(".notice")).containsText("No route has \"nothing of the kind\"");
    }

    @Test
    void anOpenBreakerComesFirst(Visit visit) {
        visit.open(mesh.page("/"), "#/config/breakers");
        assertThat(visit.find(".summary")).containsText("1 breaker open");
        assertThat(visit.find("tr[data-row]").first()).containsText("default/cart");
        assertThat(visit.find("tr[data-row]").first()).containsText("open: calls are refused");
        visit.picture("breakers");
    }

    @Test
    void aLimitThatRefusesSaysHowOften(Visit visit) {
        visit.open(mesh.page("/"), "#/config/breakers");
        visit.search("per-tenant");
        assertThat(visit.find("tr[data-row]")).hasCount(1);
        assertThat(visit.find("tr[data-row]")).containsText("100/s, burst 20");
        assertThat(visit.find("tr[data-row]")).containsText("header x-tenant");
        assertThat(visit.find("tr[data-row]")).containsText("12");
    }

    @Test
    void aSnapshotIsSearched(Visit visit) {
        visit.open(mesh.page("/"), "#/config/snapshot");
        assertThat(visit.find(".json")).containsText("\"version\"");
        visit.find("select").selectOption(mesh.secondWeb().address());
        assertThat(visit.find(".json")).containsText("0ld51de0");
        visit.search("default/reviews");
        assertThat(visit.find(".json .hit").first()).containsText("default/reviews");
        assertThat(visit.page()).hasURL(Pattern.compile(".*find=default.*"));
    }

    @Test
    void onAPhone(Visit visit) {
        visit.onPhone();
        for (String tab : new String[] {"proxies", "routes", "breakers", "snapshot"}) {
            visit.open(mesh.page("/"), "#/config/" + tab);
            assertThat(visit.find("tr[data-row], .card, .json").first()).isVisible();
            visit.assertFitsTheScreen();
        }
        visit.picture("phone-config");
    }
}
