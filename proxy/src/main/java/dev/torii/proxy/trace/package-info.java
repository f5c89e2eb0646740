/**
 * Where a request stands in a distributed trace: reads what came with it, decides whether it is sampled, and writes what
 * goes on with it. Start at {@link dev.torii.proxy.trace.Trace}.
 *
 * <p>This is all that a request which is not sampled pays for, so there are no objects of a tracing library here, only
 * numbers and the few texts that the log and the backend get. Spans are made of {@link dev.torii.proxy.ExchangeRecord}s,
 * in {@code dev.torii.proxy.telemetry}.
 */
@NullMarked
package dev.torii.proxy.trace;

import org.jspecify.annotations.NullMarked;
