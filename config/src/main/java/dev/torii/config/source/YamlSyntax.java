package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Position;
import dev.torii.config.Wording;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Turns YAML text (JSON is YAML) into {@link Value}s. Built on the parser's events rather than its nodes, so that depth
 * and aliases are bounded before anything is built: a hostile text costs no more than its length.
 */
final class YamlSyntax {

    /** Far deeper than any manifest. */
    static final int MAX_DEPTH = 64;

    /** How many values aliases may stand for in one document. */
    static final int MAX_ALIASED = 100_000;

    private static final int LONGEST_WORD = 32;
    private static final ScalarResolver SCALARS = new CoreSchema().getScalarResolver();
    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();

    private final String file;
    private final Consumer<Finding> findings;
    private final Iterator<Event> events;
    private final Map<String, Value> anchors = new HashMap<>();
    private final Map<String, String> words = new HashMap<>();
    private int aliased;

    private YamlSyntax(String file, Iterator<Event> events, Consumer<Finding> findings) {
        this.file = file;
        this.events = events;
        this.findings = findings;
    }

    /**
     * Hands over the documents of a text one after the other, so that none but the last need be held; after a syntax error,
     * those before it.
     *
     * @param text is read for the documents
     * @param again the same text, asked for only to tell where it is wrong
     */
    static void documents(
            String file,
            Reader text,
            Supplier<String> again,
            Consumer<Finding> findings,
            Consumer<? super Value> documents) {
        try {
            new YamlSyntax(file, new Parse(SETTINGS).parseReader(text).iterator(), findings).handTo(documents);
        } catch (Unreadable e) {
            findings.accept(Finding.error(e.position, e.reason, e.problem, ""));
        } catch (MarkedYamlEngineException e) {
            findings.accept(Finding.error(position(file, e), "InvalidSyntax", Wording.line(e.getProblem()), ""));
        } catch (ReaderException e) {
            String problem =
                    String.format(Locale.ROOT, "the character U+%04X is not allowed in YAML", e.getCodePoint());
            findings.accept(
                    Finding.error(Wording.position(file, again.get(), e.getPosition()), "InvalidSyntax", problem, ""));
        } catch (YamlEngineException e) {
            findings.accept(Finding.error(
                    Position.of(file), "InvalidSyntax", Wording.line(String.valueOf(e.getMessage())), ""));
        } catch (RuntimeException e) {
            // A bug of the parser's: say, an IndexOutOfBoundsException when a text ends in half a character.
            String problem = "the YAML parser cannot read this: " + Wording.shown(String.valueOf(e.getMessage()));
            findings.accept(Finding.error(Position.of(file), "InvalidSyntax", problem, ""));
        }
    }

    private void handTo(Consumer<? super Value> documents) {
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case DocumentStart -> {
                    anchors.clear();
                    aliased = 0;
                }
                case Scalar, Alias, MappingStart, SequenceStart -> documents.accept(value((NodeEvent) event, 0));
                default -> {}
            }
        }
    }

    private Value value(NodeEvent event, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Unreadable(position(event), "TooDeep", "nested more than " + MAX_DEPTH + " levels deep");
        }
        if (event instanceof AliasEvent alias) {
            return aliased(alias);
        }
        Value value = event instanceof ScalarEvent scalar
                ? scalar(scalar)
                : event.getEventId() == Event.ID.SequenceStart ? items(event, depth) : mapping(event, depth);
        event.getAnchor().ifPresent(anchor -> anchors.put(anchor.getValue(), value));
        return value;
    }

    private Value aliased(AliasEvent alias) {
        String name = alias.getAlias().getValue();
        Value value = anchors.get(name);
        if (value == null) {
            throw new Unreadable(
                    position(alias),
                    "InvalidSyntax",
                    "alias " + Wording.quote("*" + name) + " has no anchor before it");
        }
        countAliased(alias, value);
        return value;
    }

    private void countAliased(NodeEvent event, Value value) {
        aliased += value.size();
        if (aliased > MAX_ALIASED) {
            throw new Unreadable(
                    position(event), "TooManyAliases", "aliases stand for more than " + MAX_ALIASED + " values");
        }
    }

    private Value.Scalar scalar(ScalarEvent event) {
        Position position = position(event);
        return new Value.Scalar(word(event.getValue()), type(event), position.line(), position.column());
    }

    /** One copy of what thousands of documents repeat: values live as long as the configuration does. */
    private String word(String text) {
        if (text.length() > LONGEST_WORD) {
            return text;
        }
        String known = words.putIfAbsent(text, text);
        return known == null ? text : known;
    }

    private Value.Scalar.Type type(ScalarEvent event) {
        Tag tag = event.getTag()
                .map(Tag::new)
                .orElseGet(() ->
                        SCALARS.resolve(event.getValue(), event.getImplicit().canOmitTagInPlainScalar()));
        if (tag.equals(Tag.STR) || tag.equals(Tag.MERGE) || tag.getValue().equals("!")) {
            return Value.Scalar.Type.TEXT;
        } else if (tag.equals(Tag.INT)) {
            return Value.Scalar.Type.INT;
        } else if (tag.equals(Tag.BOOL)) {
            return Value.Scalar.Type.BOOL;
        } else if (tag.equals(Tag.NULL)) {
            return Value.Scalar.Type.NULL;
        } else if (tag.equals(Tag.FLOAT)) {
            return Value.Scalar.Type.FLOAT;
        }
        throw unsupportedTag(event, tag.getValue());
    }

    private Unreadable unsupportedTag(Event event, String tag) {
        return new Unreadable(position(event), "InvalidSyntax", "the tag " + Wording.quote(tag) + " is not supported");
    }

    private Value.Items items(NodeEvent start, int depth) {
        checkTag(start, Tag.SEQ);
        List<Value> values = new ArrayList<>();
        int size = 1;
        for (Event next = events.next(); next.getEventId() != Event.ID.SequenceEnd; next = events.next()) {
            Value value = value((NodeEvent) next, depth + 1);
            values.add(value);
            size += value.size();
        }
        Position position = position(start);
        return new Value.Items(values, size, position.line(), position.column());
    }

    private Value.Mapping mapping(NodeEvent start, int depth) {
        checkTag(start, Tag.MAP);
        Map<String, Value.Entry> entries = new LinkedHashMap<>();
        List<Value.Mapping> merged = new ArrayList<>();
        int size = 1;
        for (Event next = events.next(); next.getEventId() != Event.ID.MappingEnd; next = events.next()) {
            NodeEvent keyEvent = (NodeEvent) next;
            Value.Scalar key = key(keyEvent, depth);
            Value value = value((NodeEvent) events.next(), depth + 1);
            size += value.size();
            if (keyEvent instanceof ScalarEvent scalar
                    && scalar.isPlain()
                    && key.text().equals("<<")) {
                merged.addAll(mergeSources(value));
            } else {
                put(entries, keyEvent, key, value);
            }
        }
        for (Value.Mapping source : merged) {
            source.entries().forEach(entries::putIfAbsent);
        }
        Position position = position(start);
        return new Value.Mapping(entries, size, position.line(), position.column());
    }

    private Value.Scalar key(NodeEvent event, int depth) {
        Value key = value(event, depth + 1);
        if (key instanceof Value.Scalar scalar) {
            return scalar;
        }
        throw new Unreadable(position(event), "InvalidSyntax", "a key must be text, but is " + key.describe());
    }

    private void put(Map<String, Value.Entry> entries, NodeEvent event, Value.Scalar key, Value value) {
        Position position = position(event);
        Value.Entry first = entries.putIfAbsent(key.text(), new Value.Entry(position.line(), position.column(), value));
        if (first != null) {
            String message = "duplicate key " + Wording.quote(key.text()) + ", first at line " + first.line();
            findings.accept(Finding.error(position, "DuplicateKey", message, ""));
        }
    }

    private List<Value.Mapping> mergeSources(Value value) {
        if (value instanceof Value.Mapping mapping) {
            return List.of(mapping);
        }
        List<Value.Mapping> sources = new ArrayList<>();
        if (value instanceof Value.Items items) {
            for (Value each : items.values()) {
                sources.addAll(
                        each instanceof Value.Mapping mapping ? List.of(mapping) : mergeSources(notMerged(each)));
            }
            return sources;
        }
        return mergeSources(notMerged(value));
    }

    private Value notMerged(Value value) {
        Position position = new Position(file, value.line(), value.column());
        throw new Unreadable(position, "InvalidSyntax", "`<<` takes a mapping, but is " + value.describe());
    }

    private void checkTag(NodeEvent event, Tag expected) {
        String tag = ((CollectionStartEvent) event).getTag().orElse("!");
        if (!tag.equals("!") && !tag.equals(expected.getValue())) {
            throw unsupportedTag(event, tag);
        }
    }

    private Position position(Event event) {
        return position(file, event.getStartMark().orElse(null));
    }

    private static Position position(String file, MarkedYamlEngineException e) {
        return position(file, e.getProblemMark().or(e::getContextMark).orElse(null));
    }

    private static Position position(String file, @Nullable Mark mark) {
        return mark == null ? Position.of(file) : new Position(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** Ends the reading of one text; carries what to tell, and no stack trace. */
    private static final class Unreadable extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient Position position;
        private final String reason;
        private final String problem;

        Unreadable(Position position, String reason, String problem) {
            super(problem, null, false, false);
            this.position = position;
            this.reason = reason;
            this.problem = problem;
        }
    }
}
