/**
 * The console: what SREs look at. Start at {@link dev.torii.console.Console}, which wires one process.
 *
 * <p>Spans come in by {@code otlp}, are held by {@code spans}; {@code mesh} asks the proxies how they are; {@code log}
 * follows their access logs; {@code web} shows all of it. Knows proxies only from outside, by OTLP and their admin ports.
 */
@NullMarked
package dev.torii.console;

import org.jspecify.annotations.NullMarked;
