package dev.torii.proxy.telemetry.spans;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TraceRecord;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.List;

/** One try at a backend. Source: OpenTelemetry's semantic conventions for HTTP clients and RPC. */
final class TrySpan extends ExchangeSpan {

    private final TraceRecord.Try attempt;
    private final int number;

    /** @param number of the try, from 1 */
    TrySpan(ExchangeRecord exchange, TraceRecord trace, int number, Resource resource) {
        super(exchange, trace, trace.tries().get(number - 1).spanId(), resource);
        this.attempt = trace.tries().get(number - 1);
        this.number = number;
    }

    @Override
    public String getName() {
        return Conventions.isGrpc(exchange)
                ? Conventions.rpcMethod(exchange)
                : Conventions.method(exchange.method()) + " " + exchange.service();
    }

    @Override
    public SpanKind getKind() {
        return SpanKind.CLIENT;
    }

    @Override
    public SpanContext getParentSpanContext() {
        return context(exchange.spanId());
    }

    @Override
    public long getStartEpochNanos() {
        return trace.startEpochNanos() + attempt.startNanos();
    }

    @Override
    public long getEndEpochNanos() {
        return trace.startEpochNanos() + attempt.endNanos();
    }

    private boolean isLast() {
        return number == trace.tries().size();
    }

    private boolean isError() {
        return attempt.fault() != null
                || attempt.status() >= 400
                || isLast() && Conventions.isGrpc(exchange) && exchange.grpcStatus() > 0;
    }

    @Override
    public StatusData getStatus() {
        return isError() ? StatusData.create(StatusCode.ERROR, attempt.detail()) : StatusData.unset();
    }

    @Override
    Attributes describe() {
        AttributesBuilder out = Attributes.builder();
        Conventions.request(exchange, out);
        Conventions.server(attempt.endpoint(), "http", out);
        if (attempt.status() > 0) {
            out.put(Conventions.STATUS, (long) attempt.status());
        }
        if (isError()) {
            out.put(Conventions.ERROR_TYPE, Conventions.errorType(attempt.status(), attempt.fault()));
        }
        if (number > 1) {
            out.put(Conventions.RESEND_COUNT, number - 1L);
        }
        out.put(Conventions.ROLE, exchange.role());
        Conventions.text(Conventions.TORII_ROUTE, exchange.route(), out);
        Conventions.text(Conventions.SERVICE, exchange.service(), out);
        out.put(Conventions.ENDPOINT, attempt.endpoint());
        out.put(Conventions.ATTEMPT, (long) number);
        Conventions.fault(attempt.fault(), attempt.detail(), out);
        Conventions.text(Conventions.REQUEST_ID, exchange.requestId(), out);
        return out.build();
    }

    @Override
    public List<EventData> getEvents() {
        List<EventData> events = new ArrayList<>(2);
        progress(attempt, trace.startEpochNanos(), events);
        return events;
    }

    /** When the request could leave, and when the answer began: before it is waiting for a connection, between is the backend. */
    static void progress(TraceRecord.Try attempt, long startEpochNanos, List<EventData> out) {
        if (attempt.sentNanos() >= 0) {
            out.add(EventData.create(startEpochNanos + attempt.sentNanos(), "request sent", Attributes.empty()));
        }
        if (attempt.answeredNanos() >= 0) {
            out.add(EventData.create(startEpochNanos + attempt.answeredNanos(), "first byte", Attributes.empty()));
        }
    }
}
