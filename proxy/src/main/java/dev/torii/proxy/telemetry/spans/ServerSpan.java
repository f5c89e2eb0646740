package dev.torii.proxy.telemetry.spans;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.TraceRecord;
import dev.torii.routing.Credentials;
import io.opentelemetry.api.common.AttributeKey;
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

/**
 * What this proxy did with a request. Source: OpenTelemetry's semantic conventions for HTTP servers and RPC; what begins with
 * {@code torii.} is ours.
 */
final class ServerSpan extends ExchangeSpan {

    private static final int FIXED_WEIGHT = 1024;

    ServerSpan(ExchangeRecord exchange, TraceRecord trace, Resource resource) {
        super(exchange, trace, exchange.spanId(), resource);
    }

    @Override
    int weight() {
        return FIXED_WEIGHT
                + exchange.path().length()
                + exchange.authority().length()
                + exchange.userAgent().length()
                + exchange.requestId().length()
                + weight(exchange.headers())
                + weight(exchange.responseHeaders())
                + weight(trace.tags());
    }

    private static int weight(List<String> texts) {
        int weight = 0;
        for (int i = 0; i < texts.size(); i++) {
            weight += texts.get(i).length();
        }
        return weight;
    }

    @Override
    public String getName() {
        String what = exchange.route();
        if (what.isEmpty()) {
            return Conventions.method(exchange.method());
        }
        return Conventions.isGrpc(exchange)
                ? Conventions.rpcMethod(exchange)
                : Conventions.method(exchange.method()) + " " + what;
    }

    @Override
    public SpanKind getKind() {
        return SpanKind.SERVER;
    }

    @Override
    public SpanContext getParentSpanContext() {
        return trace.parentSpanId().isEmpty() ? SpanContext.getInvalid() : context(trace.parentSpanId());
    }

    @Override
    public long getStartEpochNanos() {
        return trace.startEpochNanos();
    }

    @Override
    public long getEndEpochNanos() {
        return trace.startEpochNanos() + exchange.durationNanos();
    }

    /** 4xx is the client's fault, so no error of this span; an answer that broke off is, whatever its status said; one that was only delayed is none. */
    private boolean isError() {
        Fault fault = exchange.fault();
        boolean broken = fault != null && fault != Fault.DC && fault != Fault.FI && exchange.status() < 400;
        return exchange.status() >= 500
                || (Conventions.isGrpc(exchange) ? Conventions.isServerError(exchange.grpcStatus()) : broken);
    }

    @Override
    public StatusData getStatus() {
        return isError() ? StatusData.create(StatusCode.ERROR, exchange.detail()) : StatusData.unset();
    }

    @Override
    Attributes describe() {
        AttributesBuilder out = Attributes.builder();
        Conventions.request(exchange, out);
        out.put(Conventions.URL_SCHEME, exchange.scheme());
        out.put(Conventions.URL_PATH, Conventions.bounded(exchange.path()));
        Conventions.server(exchange.authority(), exchange.scheme(), out);
        out.put(Conventions.CLIENT_ADDRESS, exchange.client());
        Conventions.text(Conventions.PEER_ADDRESS, exchange.peer(), out);
        Conventions.text(Conventions.USER_AGENT, exchange.userAgent(), out);
        Conventions.text(Conventions.ROUTE, exchange.route(), out);
        if (exchange.status() > 0) {
            out.put(Conventions.STATUS, (long) exchange.status());
        }
        if (isError()) {
            out.put(Conventions.ERROR_TYPE, Conventions.errorType(exchange.status(), exchange.fault()));
        }
        ours(out);
        headers("http.request.header.", exchange.headers(), out);
        headers("http.response.header.", exchange.responseHeaders(), out);
        tags(out);
        return out.build();
    }

    private void ours(AttributesBuilder out) {
        out.put(Conventions.ROLE, exchange.role());
        Conventions.text(Conventions.TORII_ROUTE, exchange.route(), out);
        Conventions.text(Conventions.SERVICE, exchange.service(), out);
        Conventions.text(Conventions.ENDPOINT, exchange.endpoint(), out);
        Conventions.fault(exchange.flags(), exchange.detail(), out);
        out.put(Conventions.ATTEMPTS, (long) exchange.attempts());
        Conventions.text(Conventions.REQUEST_ID, exchange.requestId(), out);
        out.put(Conventions.SNAPSHOT, exchange.snapshot());
    }

    /** The same as in the log, so already masked. */
    private static void headers(String prefix, List<String> namesAndValues, AttributesBuilder out) {
        for (int i = 0; i + 1 < namesAndValues.size(); i += 2) {
            header(prefix + namesAndValues.get(i), namesAndValues.get(i + 1), out);
        }
    }

    private void tags(AttributesBuilder out) {
        for (int i = 0; i + 1 < trace.tags().size(); i += 2) {
            String name = trace.tags().get(i);
            // What the log shows of it, it shows here.
            if (!exchange.headers().contains(name)) {
                String value = Credentials.isNamed(name)
                        ? HeaderMask.MASKED
                        : trace.tags().get(i + 1);
                header("http.request.header." + name, value, out);
            }
        }
    }

    private static void header(String key, String value, AttributesBuilder out) {
        out.put(AttributeKey.stringArrayKey(key), List.of(Conventions.bounded(value)));
    }

    @Override
    public List<EventData> getEvents() {
        List<EventData> events = new ArrayList<>();
        for (int i = 0; i < trace.tries().size(); i++) {
            TraceRecord.Try each = trace.tries().get(i);
            if (i > 0) {
                events.add(retry(trace.tries().get(i - 1), each, i + 1));
            }
            if (each.spanId().equals(exchange.spanId())) {
                TrySpan.progress(each, trace.startEpochNanos(), events);
            }
        }
        return events;
    }

    private EventData retry(TraceRecord.Try failed, TraceRecord.Try next, int attempt) {
        AttributesBuilder why = Attributes.builder().put(Conventions.ATTEMPT, (long) attempt);
        Conventions.fault(failed.fault(), failed.detail(), why);
        if (failed.status() > 0) {
            why.put(Conventions.STATUS, (long) failed.status());
        }
        why.put(Conventions.ENDPOINT, failed.endpoint());
        return EventData.create(trace.startEpochNanos() + next.startNanos(), "retry", why.build());
    }
}
