package dev.torii.config.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.torii.config.Wording;
import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.Delete;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Put;
import dev.torii.config.stream.Message.Reset;
import dev.torii.config.stream.Message.Want;
import dev.torii.config.stream.Message.You;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@link Message}s as text and back. Strict, and total: every field is one we know, there once, and of its type. */
final class MessageText {

    /** Names are not kept for good: a proxy could fill the memory of control with them. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private MessageText() {}

    static <T extends Message> T read(String text, Class<T> side) throws MalformedMessage {
        Message message;
        try (JsonParser parser = JSON.createParser(text)) {
            message = message(parser, text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new MalformedMessage("not JSON: " + Wording.shown(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text cannot fail to be read
        }
        if (!side.isInstance(message)) {
            throw new MalformedMessage("that is for the other side to say: "
                    + message.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        }
        return side.cast(message);
    }

    private static Message message(JsonParser parser, String text) throws IOException, MalformedMessage {
        if (parser.nextToken() != JsonToken.START_OBJECT || parser.nextToken() != JsonToken.FIELD_NAME) {
            throw new MalformedMessage("not an object with a field");
        }
        String name = parser.currentName();
        parser.nextToken();
        Message message = name.equals("put") ? put(parser, text) : message(name, value(parser, 0));
        if (parser.nextToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
            throw new MalformedMessage("more than one field");
        }
        return message;
    }

    private static Put put(JsonParser parser, String text) throws IOException, MalformedMessage {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new MalformedMessage("put must be an object");
        }
        int from = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        int to = (int) parser.currentTokenLocation().getCharOffset() + 1;
        return new Put(text.substring(from, to));
    }

    private static Message message(String name, Object value) throws MalformedMessage {
        switch (name) {
            case "want":
                return new Want(new MessageFields(name, Map.of("places", value)).texts("places"));
            case "reset":
                if (!Boolean.TRUE.equals(value)) {
                    throw new MalformedMessage("reset must be true");
                }
                return new Reset();
            default:
                if (!(value instanceof Map<?, ?> fields)) {
                    throw new MalformedMessage("no such message: " + Wording.quote(name));
                }
                return message(new MessageFields(name, fields));
        }
    }

    private static Message message(MessageFields fields) throws MalformedMessage {
        Message message = switch (fields.message()) {
            case "hello" ->
                new Hello(
                        fields.number("protocol"),
                        fields.role("role"),
                        fields.text("version"),
                        fields.textOrNone("pod"),
                        fields.textOrNone("gateway"),
                        fields.textOrNone("service"),
                        fields.ports("appPorts"),
                        fields.texts("wants"),
                        fields.textOrNone("have"));
            case "ack" -> new Ack(fields.text("version"), fields.textOrNone("serving"), fields.texts("problems"));
            case "you" -> new You(fields.text("namespace"), fields.textOrNone("service"), fields.ports("appPorts"));
            case "delete" -> new Delete(fields.key());
            case "commit" -> new Commit(fields.text("version"), fields.texts("answered"));
            default -> throw new MalformedMessage("no such message: " + Wording.quote(fields.message()));
        };
        fields.nothingElse();
        return message;
    }

    /** Text, a whole number, true or false, a list or a map; two deep at most. */
    private static Object value(JsonParser parser, int depth) throws IOException, MalformedMessage {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() == JsonParser.NumberType.INT) {
            return parser.getIntValue();
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE;
        }
        if (token == JsonToken.START_ARRAY && depth < 2) {
            List<Object> list = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(parser, depth + 1));
            }
            return list;
        }
        if (token == JsonToken.START_OBJECT && depth < 2) {
            return map(parser, depth);
        }
        throw new MalformedMessage("a value that no message has: " + token);
    }

    private static Map<String, Object> map(JsonParser parser, int depth) throws IOException, MalformedMessage {
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (map.put(name, value(parser, depth + 1)) != null) {
                throw new MalformedMessage("twice: " + Wording.quote(name));
            }
        }
        return map;
    }

    static String write(Message message) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            write(message, out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text can always be written
        }
        return text.toString();
    }

    private static void write(Message message, JsonGenerator out) throws IOException {
        if (message instanceof Put put) {
            out.writeFieldName("put");
            out.writeRawValue(put.json());
        } else if (message instanceof Reset) {
            out.writeBooleanField("reset", true);
        } else if (message instanceof Want want) {
            write("want", want.places(), out);
        } else {
            out.writeObjectFieldStart(message.getClass().getSimpleName().toLowerCase(Locale.ROOT));
            for (Map.Entry<String, Object> field : fields(message).entrySet()) {
                if (!field.getValue().equals("")) {
                    write(field.getKey(), field.getValue(), out);
                }
            }
            out.writeEndObject();
        }
    }

    private static Map<String, Object> fields(Message message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (message instanceof Hello hello) {
            fields.put("protocol", hello.protocol());
            fields.put("role", hello.role().name().toLowerCase(Locale.ROOT));
            fields.put("version", hello.version());
            fields.put("pod", hello.pod());
            fields.put("gateway", hello.gateway());
            fields.put("service", hello.service());
            fields.put("appPorts", hello.appPorts());
            fields.put("wants", hello.wants());
            fields.put("have", hello.have());
        } else if (message instanceof Ack ack) {
            fields.put("version", ack.version());
            fields.put("serving", ack.serving());
            fields.put("problems", ack.problems());
        } else if (message instanceof You you) {
            fields.put("namespace", you.namespace());
            fields.put("service", you.service());
            fields.put("appPorts", you.appPorts());
        } else if (message instanceof Delete delete) {
            fields.put("kind", delete.object().kind());
            fields.put("namespace", delete.object().namespace());
            fields.put("name", delete.object().name());
        } else if (message instanceof Commit commit) {
            fields.put("version", commit.version());
            fields.put("answered", commit.answered());
        }
        return fields;
    }

    private static void write(String name, Object value, JsonGenerator out) throws IOException {
        out.writeFieldName(name);
        if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object each : list) {
                write(each, out);
            }
            out.writeEndArray();
        } else {
            write(value, out);
        }
    }

    private static void write(Object value, JsonGenerator out) throws IOException {
        if (value instanceof Integer number) {
            out.writeNumber(number);
        } else {
            out.writeString(value.toString());
        }
    }
}
