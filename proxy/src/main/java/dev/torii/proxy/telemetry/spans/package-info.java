/**
 * Spans of sampled exchanges, made of their records and delivered by the OpenTelemetry SDK.
 *
 * <p>Start at {@link dev.torii.proxy.telemetry.spans.SpanExport}. An event loop only puts the record into a bounded queue;
 * attributes are worked out and sent by the SDK's batch thread. Nothing here is loaded unless
 * {@link dev.torii.proxy.telemetry.spans.TracingSettings} say that spans go somewhere.
 */
@NullMarked
package dev.torii.proxy.telemetry.spans;

import org.jspecify.annotations.NullMarked;
