package dev.torii.config.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Writes a manifest as JSON in one line, keys in order, so that equal manifests give equal texts. Of {@code metadata} goes
 * on what {@link Envelope} reads, and {@code status} does not: who reads it makes an equal resource of it.
 */
final class JsonText {

    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> METADATA =
            Set.of("name", "namespace", "creationTimestamp", "generation", "labels", "annotations");

    private final Kinds.Kind kind;
    private final JsonGenerator out;

    private JsonText(Kinds.Kind kind, JsonGenerator out) {
        this.kind = kind;
        this.out = out;
    }

    /** @param document what an object of this kind was read from */
    static String of(Kinds.Kind kind, Value.Mapping document) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            new JsonText(kind, out).object(document);
        } catch (IOException e) {
            throw new UncheckedIOException("a StringWriter takes all", e);
        }
        return text.toString();
    }

    private void object(Value.Mapping document) throws IOException {
        mapping(document, (key, value) -> !key.equals("status"), this::member);
    }

    private void member(String key, Value value) throws IOException {
        if (key.equals("metadata") && value instanceof Value.Mapping metadata) {
            mapping(metadata, (each, inner) -> METADATA.contains(each), this::ofMetadata);
        } else {
            value(value);
        }
    }

    private void ofMetadata(String key, Value value) throws IOException {
        if (key.equals("labels") && value instanceof Value.Mapping labels) {
            mapping(labels, (label, text) -> kind.keepsLabel(label), (label, text) -> value(text));
        } else if (key.equals("annotations") && value instanceof Value.Mapping annotations) {
            mapping(annotations, (name, text) -> Envelope.isOurs(name), (name, text) -> value(text));
        } else {
            value(value);
        }
    }

    /** Writes the value of a key. */
    private interface Writer {
        void write(String key, Value value) throws IOException;
    }

    private void mapping(Value.Mapping mapping, BiPredicate<String, Value> wanted, Writer writer) throws IOException {
        out.writeStartObject();
        for (Map.Entry<String, Value.Entry> each : new TreeMap<>(mapping.entries()).entrySet()) {
            Value value = each.getValue().value();
            if (wanted.test(each.getKey(), value)) {
                out.writeFieldName(each.getKey());
                writer.write(each.getKey(), value);
            }
        }
        out.writeEndObject();
    }

    private void value(Value value) throws IOException {
        if (value instanceof Value.Mapping mapping) {
            mapping(mapping, (key, inner) -> true, (key, inner) -> value(inner));
        } else if (value instanceof Value.Items items) {
            out.writeStartArray();
            for (Value each : items.values()) {
                value(each);
            }
            out.writeEndArray();
        } else if (value instanceof Value.Scalar scalar) {
            scalar(scalar);
        }
    }

    private void scalar(Value.Scalar scalar) throws IOException {
        switch (scalar.type()) {
            case NULL -> out.writeNull();
            case BOOL -> out.writeBoolean(scalar.text().toLowerCase(Locale.ROOT).equals("true"));
            case INT -> integer(scalar.text());
            case FLOAT -> decimal(scalar.text());
            case TEXT -> out.writeString(scalar.text());
        }
    }

    /** As a text when it is larger than any number that is read. */
    private void integer(String text) throws IOException {
        Long number = Numbers.integer(text);
        if (number == null) {
            out.writeString(text);
        } else {
            out.writeNumber(number);
        }
    }

    /** As a text when JSON has no such number, as YAML has. */
    private void decimal(String text) throws IOException {
        double number = Numbers.decimal(text);
        if (Double.isFinite(number)) {
            out.writeNumber(number);
        } else {
            out.writeString(text);
        }
    }
}
