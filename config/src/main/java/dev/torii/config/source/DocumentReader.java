package dev.torii.config.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.torii.config.Finding;
import dev.torii.config.Wording;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Unreadable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one object from JSON, as an API server and control write it: like {@link ManifestReader}, but findings name fields
 * instead of lines ({@code HTTPRoute shop/cart: spec.rules[0].name}), and a field that is not known is no error. Total: whatever is wrong with
 * the input becomes a finding. Safe on any thread.
 */
public final class DocumentReader {

    /** What findings are about when even the object's name could not be read. */
    private static final String NAMELESS = "manifest";

    private static final JsonFactory JSON = new JsonFactory();

    private DocumentReader() {}

    /**
     * What came of one object.
     *
     * @param document null when it has an error, or is of a kind that is not served
     * @param unreadable what there is of one with an error; null when there is none, or nothing of it could be read
     */
    public record Parsed(
            @Nullable Document document, @Nullable Unreadable unreadable, List<Finding> findings) {

        public Parsed {
            findings = findings.stream().sorted().toList();
        }
    }

    /** Reads a text that has to be one object. */
    public static Parsed read(String json) {
        try (JsonParser parser = JSON.createParser(json)) {
            Value value = JsonSyntax.read(parser);
            return parser.nextToken() == null
                    ? read(value)
                    : unreadable("", "InvalidSyntax", "there is more text after the object");
        } catch (JsonSyntax.Unreadable e) {
            return unreadable(e);
        } catch (JsonProcessingException e) {
            return unreadable("", "InvalidSyntax", Wording.shown(e.getOriginalMessage()));
        } catch (IOException e) {
            return unreadable("", "InvalidSyntax", Wording.shown(String.valueOf(e.getMessage())));
        }
    }

    static Parsed read(Value value) {
        String kind = ObjectReader.text(value, "kind");
        Kinds.Kind known = Kinds.find(ObjectReader.text(value, "apiVersion"), kind);
        String name =
                ObjectReader.name(value, kind.isEmpty() ? NAMELESS : kind, known != null && known.clusterScoped());
        Outcome outcome = new Outcome();
        new ObjectReader(new FieldPaths(Wording.shown(name), value), outcome.findings::add, outcome).readOne(value);
        return outcome.parsed();
    }

    private static final class Outcome implements ObjectReader.Taker {

        private final List<Finding> findings = new ArrayList<>();
        private @Nullable Document document;
        private @Nullable Resource broken;

        @Override
        public void take(Resource resource, Kinds.Kind kind, Value.Mapping read) {
            document = new Document(resource, JsonText.of(kind, read));
        }

        @Override
        public void takeBroken(Resource asFarAsRead) {
            broken = asFarAsRead;
        }

        Parsed parsed() {
            Resource asFarAsRead = broken;
            Unreadable unreadable = asFarAsRead == null
                    ? null
                    : findings.stream()
                            .filter(Finding::isError)
                            .findFirst()
                            .map(first -> new Unreadable(asFarAsRead, first))
                            .orElse(null);
            return new Parsed(document, unreadable, findings);
        }
    }

    static Parsed unreadable(JsonSyntax.Unreadable e) {
        return unreadable(e.path, e.reason, e.problem);
    }

    private static Parsed unreadable(String path, String reason, String problem) {
        return new Parsed(null, null, List.of(Finding.error(FieldPaths.at(NAMELESS, path), reason, problem, "")));
    }
}
