package dev.torii.proxy.telemetry.spans;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TraceRecord;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A span that has ended, as a view of an exchange's record. Made on an event loop; what costs something is worked out when
 * the SDK's batch thread asks, which alone does.
 */
abstract class ExchangeSpan implements ReadableSpan, SpanData {

    private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("dev.torii.proxy");

    final ExchangeRecord exchange;
    final TraceRecord trace;
    private final SpanContext context;
    private final Resource resource;
    private @Nullable Attributes attributes;

    ExchangeSpan(ExchangeRecord exchange, TraceRecord trace, String spanId, Resource resource) {
        this.exchange = exchange;
        this.trace = trace;
        this.resource = resource;
        this.context = context(spanId);
    }

    final SpanContext context(String spanId) {
        return SpanContext.create(exchange.traceId(), spanId, TraceFlags.getSampled(), TraceState.getDefault());
    }

    /** Bytes that it keeps from being freed, about. */
    int weight() {
        return 0;
    }

    abstract Attributes describe();

    @Override
    public final Attributes getAttributes() {
        Attributes known = attributes;
        if (known == null) {
            known = describe();
            attributes = known;
        }
        return known;
    }

    @Override
    public final SpanContext getSpanContext() {
        return context;
    }

    @Override
    public final Resource getResource() {
        return resource;
    }

    @Override
    public final SpanData toSpanData() {
        return this;
    }

    @Override
    public final <T> @Nullable T getAttribute(AttributeKey<T> key) {
        return getAttributes().get(key);
    }

    @Override
    public final boolean hasEnded() {
        return true;
    }

    @Override
    public final long getLatencyNanos() {
        return getEndEpochNanos() - getStartEpochNanos();
    }

    @Override
    public final List<LinkData> getLinks() {
        return List.of();
    }

    @Override
    public final int getTotalRecordedLinks() {
        return 0;
    }

    @Override
    public final int getTotalRecordedEvents() {
        return getEvents().size();
    }

    @Override
    public final int getTotalAttributeCount() {
        return getAttributes().size();
    }

    @Override
    public final InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return SCOPE;
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public final InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
        return InstrumentationLibraryInfo.create(SCOPE.getName(), null);
    }
}
