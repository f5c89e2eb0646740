package dev.torii.console.web;

import dev.torii.console.spans.Attributes;
import dev.torii.console.spans.Span;
import dev.torii.console.spans.TraceStore;
import dev.torii.console.spans.TraceSummary;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Spans and traces, as the API shows them. */
final class SpanJson {

    private SpanJson() {}

    static JsonObject trace(String traceId, List<Span> spans) {
        String requestId = spans.stream()
                .map(span -> span.attributes().text("torii.request_id"))
                .filter(id -> !id.isEmpty())
                .findFirst()
                .orElse("");
        return new JsonObject()
                .put("traceId", traceId)
                .put("requestId", requestId)
                .put("spans", new JsonArray(spans.stream().map(SpanJson::span).toList()));
    }

    private static JsonObject span(Span span) {
        return new JsonObject()
                .put("spanId", span.spanId())
                .put("parentId", span.parentId())
                .put("service", span.service())
                .put("role", span.role())
                .put("name", span.name())
                .put("kind", span.kind().name())
                .put("start", span.startMicros())
                .put("duration", span.durationMicros())
                .put("status", span.status().name())
                .put("attributes", attributes(span.attributes()))
                .put(
                        "events",
                        new JsonArray(
                                span.events().stream().map(SpanJson::event).toList()));
    }

    private static JsonObject event(Span.Event event) {
        return new JsonObject()
                .put("time", event.timeMicros())
                .put("name", event.name())
                .put("attributes", attributes(event.attributes()));
    }

    private static JsonObject attributes(Attributes attributes) {
        JsonObject json = new JsonObject();
        attributes.forEach((name, value) ->
                json.put(name, value instanceof List<?> list ? new JsonArray(list) : value));
        return json;
    }

    static JsonObject summary(TraceSummary trace) {
        return new JsonObject()
                .put("traceId", trace.traceId())
                .put("start", trace.startMicros())
                .put("duration", trace.durationMicros())
                .put("rootService", trace.rootService())
                .put("rootName", trace.rootName())
                .put("status", trace.status())
                .put("services", new JsonArray(trace.services()))
                .put("spans", trace.spans())
                .put("errors", trace.errors())
                .put("flags", new JsonArray(trace.flags()))
                .put("requestId", trace.requestId());
    }

    static JsonObject service(TraceStore.ServiceSpans service) {
        return new JsonObject().put("name", service.name()).put("spans", service.spans());
    }

    static JsonObject fill(TraceStore.Fill fill) {
        return new JsonObject()
                .put("spans", fill.spans())
                .put("traces", fill.traces())
                .put("capacity", fill.capacity())
                .put("evicted", fill.evicted())
                .put("received", fill.received())
                .put("refused", fill.refused());
    }
}
