package dev.torii.config.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.torii.config.Finding;
import dev.torii.config.Wording;
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
     */
    public record Parsed(@Nullable Document document, List<Finding> findings) {

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
            return unreadable(e.path, e.reason, e.problem);
        } catch (JsonProcessingException e) {
            return unreadable("", "InvalidSyntax", Wording.shown(e.getOriginalMessage()));
        } catch (IOException e) {
            return unreadable("", "InvalidSyntax", Wording.shown(String.valueOf(e.getMessage())));
        }
    }

    /**
     * Reads the object that begins at a parser's current token and leaves the parser at the object's last.
     *
     * @throws IOException when what the parser reads ends or is no JSON: it cannot go on then
     */
    public static Parsed read(JsonParser parser) throws IOException {
        try {
            return read(JsonSyntax.read(parser));
        } catch (JsonSyntax.Unreadable e) {
            return unreadable(e.path, e.reason, e.problem);
        }
    }

    private static Parsed read(Value value) {
        String kind = ObjectReader.text(value, "kind");
        Kinds.Kind known = Kinds.find(ObjectReader.text(value, "apiVersion"), kind);
        String name =
                ObjectReader.name(value, kind.isEmpty() ? NAMELESS : kind, known != null && known.clusterScoped());
        List<Finding> findings = new ArrayList<>();
        List<Document> documents = new ArrayList<>(1);
        new ObjectReader(
                        new FieldPaths(Wording.shown(name), value),
                        findings::add,
                        (made, of, read) -> documents.add(new Document(made, JsonText.of(of, read))))
                .readOne(value);
        return new Parsed(documents.isEmpty() ? null : documents.get(0), findings);
    }

    private static Parsed unreadable(String path, String reason, String problem) {
        return new Parsed(null, List.of(Finding.error(FieldPaths.at(NAMELESS, path), reason, problem, "")));
    }
}
