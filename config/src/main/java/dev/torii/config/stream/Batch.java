package dev.torii.config.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.torii.config.Finding;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.source.Document;
import dev.torii.config.source.DocumentReader;
import dev.torii.config.stream.Message.You;
import dev.torii.config.stream.View.Held;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The next {@link View} in the making: what has been put and deleted since the last commit. Reads each manifest once, when
 * it comes.
 */
final class Batch {

    private static final JsonFactory JSON = new JsonFactory();

    private final long most;
    private @Nullable You you;
    private TreeMap<ObjectKey, Held> objects;
    private long chars;

    /** @param most characters that all manifests together may have */
    Batch(View from, long most) {
        this.most = most;
        this.you = from.you();
        this.objects = new TreeMap<>(from.objects());
        from.objects().values().forEach(each -> chars += each.json().length());
    }

    void you(You you) {
        this.you = you;
    }

    void reset() {
        objects = new TreeMap<>();
        chars = 0;
    }

    /** A new version of an object that cannot be read leaves the last one in force. */
    void put(String json) throws MalformedMessage {
        DocumentReader.Parsed parsed = DocumentReader.read(json);
        Document document = parsed.document();
        Resource resource = document == null ? null : document.resource();
        ObjectKey key = resource == null ? key(json) : ObjectKey.of(resource);
        Held before = objects.get(key);
        List<Finding> findings = parsed.findings();
        String line = json.replace('\n', ' ').replace('\r', ' '); // in JSON both are only where a blank may be
        if (resource == null && before != null) {
            resource = before.resource();
        }
        chars += json.length() - (before == null ? 0 : before.json().length());
        if (chars > most) {
            throw new MalformedMessage("more configuration than " + most + " characters");
        }
        objects.put(key, new Held(line, resource, findings));
    }

    void delete(ObjectKey key) {
        Held before = objects.remove(key);
        chars -= before == null ? 0 : before.json().length();
    }

    /** What there is now; the batch goes on from there. */
    View commit(String version) {
        return new View(version, you, new TreeMap<>(objects));
    }

    /** The key of a manifest of which no more can be read. */
    private static ObjectKey key(String json) throws MalformedMessage {
        try (JsonParser parser = JSON.createParser(json)) {
            List<String> found = new ArrayList<>(List.of("", "", ""));
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("kind") && value == JsonToken.VALUE_STRING) {
                    found.set(0, parser.getText());
                } else if (name.equals("metadata") && value == JsonToken.START_OBJECT) {
                    metadata(parser, found);
                } else {
                    parser.skipChildren();
                }
            }
            return new ObjectKey(found.get(0), found.get(1), found.get(2));
        } catch (IOException e) {
            throw new MalformedMessage("a manifest that is no JSON");
        }
    }

    private static void metadata(JsonParser parser, List<String> found) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_STRING && (name.equals("namespace") || name.equals("name"))) {
                found.set(name.equals("namespace") ? 1 : 2, parser.getText());
            } else {
                parser.skipChildren();
            }
        }
    }
}
