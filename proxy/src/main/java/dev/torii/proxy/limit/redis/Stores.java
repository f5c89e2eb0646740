package dev.torii.proxy.limit.redis;

import dev.torii.proxy.limit.StoreView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Every Redis in use, each open as long as a limit uses it. Any thread. */
final class Stores {

    private static final class Shared {
        final Store store;
        int users;

        Shared(Store store) {
            this.store = store;
        }
    }

    private final Function<String, Store> open;
    private final Map<String, Shared> byUri = new LinkedHashMap<>();

    /** @param open connects to what a URI names */
    Stores(Function<String, Store> open) {
        this.open = open;
    }

    synchronized Store join(String uri) {
        Shared shared = byUri.computeIfAbsent(uri, first -> new Shared(open.apply(first)));
        shared.users++;
        return shared.store;
    }

    synchronized void leave(Store store) {
        byUri.values().removeIf(shared -> {
            boolean last = shared.store == store && --shared.users == 0;
            if (last) {
                store.close();
            }
            return last;
        });
    }

    synchronized List<StoreView> views() {
        List<StoreView> views = new ArrayList<>();
        byUri.values().forEach(shared -> views.add(shared.store.view()));
        return views;
    }
}
