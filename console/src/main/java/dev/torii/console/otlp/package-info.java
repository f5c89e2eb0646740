/**
 * OTLP over HTTP, the receiving side: {@link dev.torii.console.otlp.OtlpReceiver} takes requests,
 * {@link dev.torii.console.otlp.OtlpJson} reads the JSON spelling, {@link dev.torii.console.otlp.OtlpSpans} makes spans
 * of them. Only here is OTLP's schema known.
 *
 * <p>What comes in is not trusted: every text, list and depth has a bound.
 */
@NullMarked
package dev.torii.console.otlp;

import org.jspecify.annotations.NullMarked;
