package dev.torii.control;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Document;
import dev.torii.config.source.DocumentReader;
import dev.torii.config.source.Source;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A feed that says what a test has it say. Also for several controls. */
public final class TestFeed implements Feed {

    private final List<Consumer<Catalog>> takers = new CopyOnWriteArrayList<>();
    private Map<ObjectKey, Document> documents = Map.of();
    private boolean said;

    @Override
    public synchronized Source.Following follow(Consumer<Catalog> taker) {
        takers.add(taker);
        if (said) {
            taker.accept(catalog(documents, documents.keySet()));
        }
        return () -> takers.remove(taker);
    }

    /** Only these objects are there now. */
    public synchronized void say(String... objects) {
        Map<ObjectKey, Document> next = new HashMap<>();
        for (String json : objects) {
            Document document = Objects.requireNonNull(DocumentReader.read(json).document(), json);
            next.put(ObjectKey.of(document.resource()), document);
        }
        become(next);
    }

    /** These are new or different; all others are as they were. */
    public synchronized void put(String... objects) {
        Map<ObjectKey, Document> next = new HashMap<>(documents);
        for (String json : objects) {
            Document document = Objects.requireNonNull(DocumentReader.read(json).document(), json);
            next.put(ObjectKey.of(document.resource()), document);
        }
        become(next);
    }

    private void become(Map<ObjectKey, Document> next) {
        Set<ObjectKey> changed = new HashSet<>(documents.keySet());
        changed.addAll(next.keySet());
        next.replaceAll((key, document) -> {
            Document before = documents.get(key);
            return before != null && before.json().equals(document.json()) ? before : document;
        });
        changed.removeIf(key -> next.containsKey(key) && next.get(key) == documents.get(key));
        documents = next;
        said = true;
        takers.forEach(taker -> taker.accept(catalog(next, changed)));
    }

    private static Catalog catalog(Map<ObjectKey, Document> documents, Set<ObjectKey> changed) {
        return new Catalog(
                ResourceSet.of(
                        documents.values().stream().map(Document::resource).toList()),
                documents,
                changed,
                List.of());
    }
}
