/**
 * A small shop of real processes behind a real gateway, for a newcomer's first five minutes and for the smoke test.
 *
 * <p>Start at {@link dev.torii.demo.Demo}. {@link dev.torii.demo.Shop} is the main class of each service, and a
 * {@link dev.torii.demo.Site} the place of them all. This room knows Torii only as its users do: by its
 * command, its manifests in {@code src/demo}, and HTTP.
 */
@NullMarked
package dev.torii.demo;

import org.jspecify.annotations.NullMarked;
