package dev.torii.console.otlp;

import com.google.protobuf.ByteString;
import dev.torii.console.spans.Attributes;
import dev.torii.console.spans.Span;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Makes spans of an OTLP request. Texts longer than {@value #MAX_TEXT} are cut, lists and values nested in values too; a
 * span whose ids or times cannot be is refused and the rest is taken. Safe on any thread.
 */
final class OtlpSpans {

    static final int MAX_TEXT = 4_096;
    static final int MAX_ATTRIBUTES = 128;

    private static final int MAX_EVENTS = 64;
    private static final int MAX_LIST = 64;
    private static final int MAX_DEPTH = 4;
    private static final int TRACE_ID_BYTES = 16;
    private static final int SPAN_ID_BYTES = 8;
    private static final String CUT = "…";

    private final StringPool pool = new StringPool();

    /**
     * What became of a request.
     *
     * @param refused how many spans were
     * @param reason why the first of them was, {@code ""} when none
     */
    record Taken(List<Span> spans, int refused, String reason) {}

    Taken read(ExportTraceServiceRequest request) {
        List<Span> spans = new ArrayList<>();
        int refused = 0;
        String reason = "";
        for (ResourceSpans ofResource : request.getResourceSpansList()) {
            Attributes resource = attributes(ofResource.getResource().getAttributesList());
            String role = text(resource.text("torii.role"));
            String service = serviceName(resource, role);
            for (ScopeSpans ofScope : ofResource.getScopeSpansList()) {
                for (io.opentelemetry.proto.trace.v1.Span span : ofScope.getSpansList()) {
                    String wrong = wrong(span);
                    if (wrong.isEmpty()) {
                        spans.add(span(span, service, role));
                    } else {
                        refused++;
                        reason = reason.isEmpty() ? wrong : reason;
                    }
                }
            }
        }
        return new Taken(spans, refused, reason);
    }

    /** As the service graph names it. A {@link Resource} without a name has none. */
    private String serviceName(Attributes resource, String role) {
        if (role.equals("gateway")) {
            return role;
        }
        String name = resource.text("service.name");
        String namespace = resource.text("service.namespace");
        return text(name.isEmpty() ? "unknown" : namespace.isEmpty() ? name : namespace + "/" + name);
    }

    /** Why a span cannot be taken, {@code ""} when it can. */
    private static String wrong(io.opentelemetry.proto.trace.v1.Span span) {
        if (!isId(span.getTraceId(), TRACE_ID_BYTES)) {
            return "a trace id is 16 bytes, not all of them zero";
        }
        if (!isId(span.getSpanId(), SPAN_ID_BYTES)) {
            return "a span id is 8 bytes, not all of them zero";
        }
        if (!span.getParentSpanId().isEmpty() && span.getParentSpanId().size() != SPAN_ID_BYTES) {
            return "a parent's span id is 8 bytes or none";
        }
        boolean inTime = span.getStartTimeUnixNano() > 0 && span.getEndTimeUnixNano() > 0;
        return inTime ? "" : "a span starts and ends at a time after 1970 and before 2262";
    }

    private static boolean isId(ByteString id, int bytes) {
        if (id.size() != bytes) {
            return false;
        }
        for (int i = 0; i < bytes; i++) {
            if (id.byteAt(i) != 0) {
                return true;
            }
        }
        return false;
    }

    private Span span(io.opentelemetry.proto.trace.v1.Span span, String service, String roleOfResource) {
        Attributes attributes = attributes(span.getAttributesList());
        String role = attributes.text("torii.role");
        long startNanos = span.getStartTimeUnixNano();
        return new Span(
                hex(span.getTraceId()),
                hex(span.getSpanId()),
                parent(span.getParentSpanId()),
                service,
                role.isEmpty() ? roleOfResource : role,
                text(span.getName()),
                kind(span.getKind()),
                startNanos / 1_000,
                Math.max(0, span.getEndTimeUnixNano() - startNanos) / 1_000,
                status(span.getStatus().getCode()),
                httpStatus(attributes),
                withStatusMessage(attributes, span.getStatus().getMessage()),
                events(span));
    }

    private static int httpStatus(Attributes attributes) {
        Object told = attributes.get("http.response.status_code");
        return told instanceof Long status && status > 0 && status < 1000 ? status.intValue() : 0;
    }

    private Attributes withStatusMessage(Attributes attributes, String message) {
        if (message.isEmpty()) {
            return attributes;
        }
        Attributes.Builder more = new Attributes.Builder();
        attributes.forEach(more::put);
        return more.put("otel.status_description", text(message)).build();
    }

    private List<Span.Event> events(io.opentelemetry.proto.trace.v1.Span span) {
        return span.getEventsList().stream()
                .limit(MAX_EVENTS)
                .map(event -> new Span.Event(
                        event.getTimeUnixNano() / 1_000, text(event.getName()), attributes(event.getAttributesList())))
                .toList();
    }

    private static Span.Kind kind(io.opentelemetry.proto.trace.v1.Span.SpanKind kind) {
        return switch (kind) {
            case SPAN_KIND_SERVER -> Span.Kind.SERVER;
            case SPAN_KIND_CLIENT -> Span.Kind.CLIENT;
            case SPAN_KIND_PRODUCER -> Span.Kind.PRODUCER;
            case SPAN_KIND_CONSUMER -> Span.Kind.CONSUMER;
            default -> Span.Kind.INTERNAL;
        };
    }

    private static Span.Status status(StatusCode code) {
        return switch (code) {
            case STATUS_CODE_OK -> Span.Status.OK;
            case STATUS_CODE_ERROR -> Span.Status.ERROR;
            default -> Span.Status.UNSET;
        };
    }

    private String parent(ByteString id) {
        return isId(id, SPAN_ID_BYTES) ? hex(id) : "";
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private Attributes attributes(List<KeyValue> list) {
        Attributes.Builder attributes = new Attributes.Builder();
        list.stream()
                .limit(MAX_ATTRIBUTES)
                .forEach(pair -> attributes.put(text(pair.getKey()), value(pair.getValue(), 0)));
        return attributes.build();
    }

    private Object value(AnyValue value, int depth) {
        if (depth > MAX_DEPTH) {
            return CUT;
        }
        return switch (value.getValueCase()) {
            case STRING_VALUE -> text(value.getStringValue());
            case BOOL_VALUE -> value.getBoolValue();
            case INT_VALUE -> value.getIntValue();
            case DOUBLE_VALUE -> value.getDoubleValue();
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .limit(MAX_LIST)
                        .map(element -> value(element, depth + 1))
                        .toList();
            // Values with names of their own are rare in spans: read as "name=value", they can still be searched.
            case KVLIST_VALUE ->
                value.getKvlistValue().getValuesList().stream()
                        .limit(MAX_LIST)
                        .<Object>map(pair -> text(pair.getKey() + '=' + value(pair.getValue(), depth + 1)))
                        .toList();
            case BYTES_VALUE -> value.getBytesValue().size() + " bytes";
            default -> "";
        };
    }

    private String text(String text) {
        if (text.length() <= MAX_TEXT) {
            return pool.one(text);
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT;
        return text.substring(0, end) + CUT;
    }
}
