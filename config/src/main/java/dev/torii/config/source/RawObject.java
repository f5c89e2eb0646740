package dev.torii.config.source;

import com.fasterxml.jackson.core.JsonParser;
import dev.torii.config.source.DocumentReader.Parsed;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An object's JSON, taken in and not yet read: what of it nobody needs can still be left out. Immutable. */
public final class RawObject {

    private final Value value;
    private final JsonSyntax.@Nullable Unreadable problem;

    private RawObject(Value value, JsonSyntax.@Nullable Unreadable problem) {
        this.value = value;
        this.problem = problem;
    }

    /**
     * Takes the object that begins at a parser's current token, and leaves the parser at the object's last.
     *
     * @throws IOException when what the parser reads ends or is no JSON: it cannot go on then
     */
    public static RawObject take(JsonParser parser) throws IOException {
        try {
            return new RawObject(JsonSyntax.read(parser), null);
        } catch (JsonSyntax.Unreadable e) {
            return new RawObject(new Value.Mapping(Map.of(), 1, 0, 0), e);
        }
    }

    /** The text at a path of fields; {@code ""} when there is none. */
    public String text(String... path) {
        Value at = value;
        for (String field : path) {
            Value.Entry entry = at instanceof Value.Mapping mapping ? mapping.get(field) : null;
            if (entry == null) {
                return "";
            }
            at = entry.value();
        }
        return at instanceof Value.Scalar scalar ? scalar.text() : "";
    }

    /** With its kind, which those in a list of an API server leave out. */
    public RawObject as(String apiVersion, String kind) {
        Map<String, Value.Entry> named = new LinkedHashMap<>();
        named.put("apiVersion", text(apiVersion));
        named.put("kind", text(kind));
        return with(named);
    }

    /** Without those entries of {@code data} whose key is not wanted. */
    public RawObject keeping(Predicate<String> wanted) {
        Value.Entry data = value instanceof Value.Mapping mapping ? mapping.get("data") : null;
        if (data == null || !(data.value() instanceof Value.Mapping entries)) {
            return this;
        }
        Map<String, Value.Entry> kept = new LinkedHashMap<>(entries.entries());
        kept.keySet().removeIf(wanted.negate());
        return with(Map.of("data", new Value.Entry(0, 0, new Value.Mapping(kept, entries.size(), 0, 0))));
    }

    private RawObject with(Map<String, Value.Entry> entries) {
        if (!(value instanceof Value.Mapping mapping)) {
            return this;
        }
        Map<String, Value.Entry> all = new LinkedHashMap<>(mapping.entries());
        all.putAll(entries);
        return new RawObject(new Value.Mapping(all, mapping.size(), 0, 0), problem);
    }

    private static Value.Entry text(String text) {
        return new Value.Entry(0, 0, new Value.Scalar(text, Value.Scalar.Type.TEXT, 0, 0));
    }

    /** Reads it as {@link DocumentReader#read} does. */
    public Parsed read() {
        return problem == null ? DocumentReader.read(value) : DocumentReader.unreadable(problem);
    }
}
