/**
 * The console's page in a real browser (Debian's Chromium, driven by Playwright), before a real console: what a person
 * looks for is looked for. Start at {@link dev.torii.console.browser.Visit}.
 */
@NullMarked
package dev.torii.console.browser;

import org.jspecify.annotations.NullMarked;
