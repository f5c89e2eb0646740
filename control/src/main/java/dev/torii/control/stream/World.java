package dev.torii.control.stream;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.select.SelectionIndex;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Document;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** All there is at the moment, ready to be told. For control's thread. */
final class World {

    private final SelectionIndex index = new SelectionIndex();
    private final Map<ObjectKey, Item> items = new HashMap<>();

    SelectionIndex.Touched update(Catalog next) {
        for (ObjectKey key : next.changed()) {
            Document document = next.documents().get(key);
            if (document == null) {
                items.remove(key);
            } else {
                items.put(key, Item.of(key, document));
            }
        }
        return index.update(next);
    }

    SelectionIndex index() {
        return index;
    }

    /** One that the index knows. */
    Item item(ObjectKey key) {
        return Objects.requireNonNull(items.get(key));
    }
}
