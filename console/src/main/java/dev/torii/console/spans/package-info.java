/**
 * Spans and traces as the console holds them. Start at {@link dev.torii.console.spans.TraceStore}; a
 * {@link dev.torii.console.spans.TraceQuery} says what to find in it.
 *
 * <p>Knows no protocol and no page: OTLP is read elsewhere, JSON is written elsewhere.
 */
@NullMarked
package dev.torii.console.spans;

import org.jspecify.annotations.NullMarked;
