package dev.torii.testkit;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A span as it reached a collector. Values of attributes are texts, those of lists joined by commas.
 *
 * @param kind {@code SERVER} or {@code CLIENT}
 * @param parentId {@code ""} for a root
 * @param status {@code UNSET}, {@code OK} or {@code ERROR}
 * @param events their names, in order
 */
public record SeenSpan(
        String name,
        String kind,
        String traceId,
        String spanId,
        String parentId,
        long start,
        long end,
        String status,
        Map<String, String> attributes,
        List<String> events,
        Map<String, String> resource) {

    static SeenSpan of(Resource resource, Span span) {
        return new SeenSpan(
                span.getName(),
                span.getKind().name().replace("SPAN_KIND_", ""),
                hex(span.getTraceId().toByteArray()),
                hex(span.getSpanId().toByteArray()),
                hex(span.getParentSpanId().toByteArray()),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                span.getStatus().getCode().name().replace("STATUS_CODE_", ""),
                texts(span.getAttributesList()),
                span.getEventsList().stream().map(Span.Event::getName).toList(),
                texts(resource.getAttributesList()));
    }

    private static String hex(byte[] id) {
        return HexFormat.of().formatHex(id);
    }

    private static Map<String, String> texts(List<KeyValue> attributes) {
        Map<String, String> texts = new TreeMap<>();
        attributes.forEach(each -> texts.put(each.getKey(), text(each.getValue())));
        return texts;
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> Long.toString(value.getIntValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .map(SeenSpan::text)
                        .collect(Collectors.joining(","));
            default -> value.toString();
        };
    }
}
