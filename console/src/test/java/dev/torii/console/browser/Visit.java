package dev.torii.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Somebody at the console: a page on a laptop with a light theme, unless told otherwise. Used by one test's thread. */
final class Visit {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private final String name;
    private final BrowserContext profile;
    private final Page page;
    private final List<String> problems = new ArrayList<>();
    private String host = "";

    Visit(Browser browser, String name) {
        this.name = name;
        this.profile = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(1280, 800)
                .setColorScheme(ColorScheme.LIGHT)
                .setReducedMotion(ReducedMotion.REDUCE)
                .setLocale("en-GB"));
        profile.setDefaultTimeout(Browsing.PATIENCE_MS);
        this.page = profile.newPage();
        page.onPageError(error -> problems.add("script failed: " + error));
        page.onDialog(dialog -> {
            problems.add("a script of the data ran: " + dialog.message());
            dialog.dismiss();
        });
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                problems.add("browser's console: " + message.text());
            }
        });
        page.onRequest(request -> {
            if (!request.url().startsWith(host) && !request.url().startsWith("data:")) {
                problems.add("asked another host: " + request.url());
            }
        });
    }

    /** Goes to a view, as {@code #/traces?…}. */
    Visit open(URI site, String place) {
        host = "http://" + site.getAuthority() + "/";
        page.navigate(host + place);
        return this;
    }

    /**
     * From now on this visit gets these words for a path of the API (the query does not matter), instead of the console's.
     */
    Visit answer(String path, int status, String json) {
        String type = path.endsWith("/live") ? "text/event-stream" : "application/json";
        page.route(
                url -> URI.create(url).getPath().equals("/api/" + path),
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(status)
                        .setContentType(type)
                        .setBody(json)));
        return this;
    }

    Visit answer(String path, String json) {
        return answer(path, 200, json);
    }

    Visit onPhone() {
        page.setViewportSize(390, 844);
        return this;
    }

    Visit inTheDark() {
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        return this;
    }

    Page page() {
        return page;
    }

    Locator find(String css) {
        return page.locator(css);
    }

    Locator find(String css, String text) {
        return page.locator(css).filter(new Locator.FilterOptions().setHasText(text));
    }

    Locator link(String words) {
        return page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName(words));
    }

    Locator button(String words) {
        return page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(words));
    }

    Locator field(String label) {
        return page.getByLabel(label);
    }

    void press(String... keys) {
        for (String key : keys) {
            page.keyboard().press(key);
        }
    }

    /** Types into the search of the view, by keyboard, once the view is there to hear it. */
    void search(String words) {
        page.waitForFunction("() => document.querySelector('main input') !== null");
        press("/");
        page.waitForFunction("() => document.activeElement.matches('main input')");
        page.keyboard().type(words);
    }

    /** What a test provokes on purpose is no problem: the browser itself reports every answer of 400 and above. */
    void expectProblem(String part) {
        assertThat(problems)
                .as("problems of which one is expected to have '%s'", part)
                .anyMatch(problem -> problem.contains(part));
        problems.removeIf(problem -> problem.contains(part));
    }

    /** Fails with what sticks out when the page, or its main part, is wider than the screen. */
    void assertFitsTheScreen() {
        Object wide = page.evaluate("""
                () => [...document.querySelectorAll('body, main, main *')]
                  .filter((e) => e.matches('body, main') ? e.scrollWidth > innerWidth
                    : e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, .canvas, svg, .span, .axis, details'))
                  .map((e) => `${e.tagName} ${e.className} ${Math.round(e.getBoundingClientRect().right)}px`)
                  .slice(0, 5).join('; ')""");
        assertThat(wide).as("what is wider than the screen, at " + page.url()).isEqualTo("");
    }

    /** A picture, for people: {@code target/screenshots/NAME.png}. */
    void picture(String picture) {
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(picture + ".png")));
    }

    void end(boolean failed) {
        if (failed) {
            picture("failed-" + name);
        }
        profile.close();
        if (!failed) {
            assertThat(problems).as("what went wrong in the browser").isEmpty();
        }
    }
}
