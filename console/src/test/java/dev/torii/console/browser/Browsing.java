package dev.torii.console.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test a {@link Visit} with a browser profile of its own, and ends it: a visit with an error on the browser's
 * console, or a request to anywhere but the console, has failed. One Chromium serves all classes.
 */
public final class Browsing implements ParameterResolver, AfterEachCallback {

    /** Generous: CI's machine has other things to do too. */
    static final double PATIENCE_MS = 20_000;

    private static final Namespace HERE = Namespace.create(Browsing.class);

    private static final List<String> ARGUMENTS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Visit.class;
    }

    @Override
    public Visit resolveParameter(ParameterContext parameter, ExtensionContext test) {
        Chromium chromium =
                test.getRoot().getStore(HERE).computeIfAbsent(Chromium.class, type -> new Chromium(), Chromium.class);
        String name = test.getRequiredTestClass().getSimpleName() + "-"
                + test.getRequiredTestMethod().getName();
        // One for a test and what prepares it.
        return test.getStore(HERE).computeIfAbsent(Visit.class, type -> new Visit(chromium.browser, name), Visit.class);
    }

    @Override
    public void afterEach(ExtensionContext test) {
        Visit visit = test.getStore(HERE).get(Visit.class, Visit.class);
        if (visit != null) {
            visit.end(test.getExecutionException().isPresent());
        }
    }

    /** Playwright's driver and the browser, closed after the last class. */
    private static final class Chromium implements AutoCloseable {

        private final Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        private final Browser browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Path.of("/usr/bin/chromium"))
                        .setArgs(ARGUMENTS));

        Chromium() {
            PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
        }

        @Override
        public void close() {
            browser.close();
            playwright.close();
        }
    }
}
