package dev.torii.console.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads OTLP's JSON: protobuf's JSON mapping, but ids in hex, and unknown fields skipped. Source: OTLP specification 1.x,
 * "JSON Protobuf Encoding".
 */
final class OtlpJson {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_DIGITS = 20;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    /**
     * Reads one object into a message.
     *
     * @throws IOException with what is wrong, when it is no JSON or does not fit
     */
    <B extends Message.Builder> B read(InputStream in, B into) throws IOException {
        try (JsonParser json = JSON.createParser(in)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(json, "an object is wanted");
            }
            object(json, into);
            if (json.nextToken() != null) {
                throw new JsonParseException(json, "more follows the object");
            }
            return into;
        }
    }

    private void object(JsonParser json, Message.Builder into) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            FieldDescriptor field = field(into, json.currentName());
            JsonToken token = json.nextToken();
            if (field == null || token == JsonToken.VALUE_NULL) {
                json.skipChildren();
            } else if (field.isRepeated()) {
                array(json, into, field);
            } else {
                into.setField(field, value(json, into, field));
            }
        }
    }

    private void array(JsonParser json, Message.Builder into, FieldDescriptor field) throws IOException {
        expect(json, JsonToken.START_ARRAY, field);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            into.addRepeatedField(field, value(json, into, field));
        }
    }

    private static @Nullable FieldDescriptor field(Message.Builder of, String name) {
        for (FieldDescriptor field : of.getDescriptorForType().getFields()) {
            if (field.getJsonName().equals(name) || field.getName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private Object value(JsonParser json, Message.Builder into, FieldDescriptor field) throws IOException {
        try {
            return switch (field.getJavaType()) {
                case MESSAGE -> {
                    expect(json, JsonToken.START_OBJECT, field);
                    Message.Builder nested = into.newBuilderForField(field);
                    object(json, nested);
                    yield nested.build();
                }
                case STRING -> {
                    expect(json, JsonToken.VALUE_STRING, field);
                    yield json.getText();
                }
                case BYTE_STRING -> {
                    expect(json, JsonToken.VALUE_STRING, field);
                    yield ByteString.copyFrom(bytes(json.getText(), field));
                }
                case BOOLEAN -> json.getBooleanValue();
                case DOUBLE -> Double.valueOf(scalar(json, field));
                case FLOAT -> Float.valueOf(scalar(json, field));
                case INT -> (int) integer(json, field);
                case LONG -> integer(json, field);
                case ENUM -> enumerated(json, field);
            };
        } catch (IllegalArgumentException e) {
            throw new JsonParseException(json, "not a value of " + field.getJsonName(), e);
        }
    }

    private static void expect(JsonParser json, JsonToken wanted, FieldDescriptor field) throws IOException {
        if (json.currentToken() != wanted) {
            throw new JsonParseException(json, "not a value of " + field.getJsonName());
        }
    }

    private static byte[] bytes(String text, FieldDescriptor field) {
        boolean id = field.getName().endsWith("trace_id") || field.getName().endsWith("span_id");
        return id ? HexFormat.of().parseHex(text) : Base64.getDecoder().decode(text);
    }

    private static String scalar(JsonParser json, FieldDescriptor field) throws IOException {
        if (!json.currentToken().isScalarValue()) {
            throw new JsonParseException(json, "not a value of " + field.getJsonName());
        }
        return json.getText();
    }

    /** Integers of 64 bits come as text, so that JavaScript does not round them; unsigned ones may be large. */
    private static long integer(JsonParser json, FieldDescriptor field) throws IOException {
        String digits = scalar(json, field);
        BigInteger value = digits.length() > MAX_DIGITS ? null : new BigInteger(digits);
        if (value == null || value.bitLength() > Long.SIZE) {
            throw new NumberFormatException("too large");
        }
        return value.longValue();
    }

    private static EnumValueDescriptor enumerated(JsonParser json, FieldDescriptor field) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return field.getEnumType().findValueByNumberCreatingIfUnknown(json.getIntValue());
        }
        EnumValueDescriptor named = field.getEnumType().findValueByName(scalar(json, field));
        if (named == null) {
            throw new IllegalArgumentException("unknown");
        }
        return named;
    }
}
