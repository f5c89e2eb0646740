package dev.torii.config.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import dev.torii.config.Wording;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns JSON into {@link Value}s, in one pass and without what {@link YamlSyntax} does for people: these have no lines.
 * Built from tokens, so that depth is bounded before anything is built.
 */
final class JsonSyntax {

    private final JsonParser parser;

    private JsonSyntax(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * The value that begins at the parser's current token, or the next when it has none yet; leaves it at that value's last
     * token, whether it could be read or not.
     *
     * @throws Unreadable when it is well-formed and still no value of ours
     * @throws IOException when it is not well-formed, or the parser's own limits are reached
     */
    static Value read(JsonParser parser) throws IOException {
        if (parser.currentToken() == null) {
            parser.nextToken();
        }
        int depth = parser.getParsingContext().getNestingDepth();
        try {
            return new JsonSyntax(parser).value(0);
        } catch (Unreadable e) {
            boolean more = true;
            while (more && parser.getParsingContext().getNestingDepth() >= depth) {
                more = parser.nextToken() != null;
            }
            throw e;
        }
    }

    private Value value(int depth) throws IOException {
        JsonToken token = parser.currentToken();
        if (depth > YamlSyntax.MAX_DEPTH) {
            throw unreadable("TooDeep", "nested more than " + YamlSyntax.MAX_DEPTH + " levels deep");
        }
        if (token == null) {
            throw unreadable("InvalidSyntax", "the text ends where a value should be");
        }
        return switch (token) {
            case START_OBJECT -> mapping(depth);
            case START_ARRAY -> items(depth);
            case VALUE_STRING -> scalar(Value.Scalar.Type.TEXT);
            case VALUE_NUMBER_INT -> scalar(Value.Scalar.Type.INT);
            case VALUE_NUMBER_FLOAT -> scalar(Value.Scalar.Type.FLOAT);
            case VALUE_TRUE, VALUE_FALSE -> scalar(Value.Scalar.Type.BOOL);
            case VALUE_NULL -> scalar(Value.Scalar.Type.NULL);
            default -> throw unreadable("InvalidSyntax", "no value of JSON");
        };
    }

    private Value.Scalar scalar(Value.Scalar.Type type) throws IOException {
        return new Value.Scalar(parser.getText(), type, 0, 0);
    }

    private Value.Items items(int depth) throws IOException {
        List<Value> values = new ArrayList<>();
        int size = 1;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Value value = value(depth + 1);
            values.add(value);
            size += value.size();
        }
        return new Value.Items(values, size, 0, 0);
    }

    private Value.Mapping mapping(int depth) throws IOException {
        Map<String, Value.Entry> entries = new LinkedHashMap<>();
        int size = 1;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            Value value = value(depth + 1);
            size += value.size();
            if (entries.putIfAbsent(key, new Value.Entry(0, 0, value)) != null) {
                throw unreadable("DuplicateKey", "duplicate key " + Wording.quote(key));
            }
        }
        return new Value.Mapping(entries, size, 0, 0);
    }

    private Unreadable unreadable(String reason, String problem) {
        StringBuilder path = new StringBuilder();
        for (JsonStreamContext at = parser.getParsingContext(); at != null; at = at.getParent()) {
            if (at.inArray()) {
                path.insert(0, "[" + at.getCurrentIndex() + "]");
            } else if (at.inObject() && at.getCurrentName() != null) {
                path.insert(0, FieldPaths.step(at.getCurrentName()));
            }
        }
        return new Unreadable(path.toString(), reason, problem);
    }

    /** Ends the reading of one text; carries what to tell, and no stack trace. */
    static final class Unreadable extends IOException {

        private static final long serialVersionUID = 1;

        final String path;
        final String reason;
        final String problem;

        Unreadable(String path, String reason, String problem) {
            super(problem);
            this.path = path;
            this.reason = reason;
            this.problem = problem;
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
