package dev.torii.proxy.http;

import dev.torii.proxy.HeaderList;
import dev.torii.routing.HeaderChange;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;

/** Header modifiers of one place, in order. Source: Gateway API {@code HTTPHeaderFilter}. */
final class HeaderEdits {

    static final HeaderEdits NONE = new HeaderEdits(List.of());

    private final List<HeaderChange> changes;

    private HeaderEdits(List<HeaderChange> changes) {
        this.changes = changes;
    }

    HeaderEdits then(HeaderChange change) {
        List<HeaderChange> more = new ArrayList<>(changes);
        more.add(change);
        return new HeaderEdits(List.copyOf(more));
    }

    void apply(HeaderList headers) {
        for (HeaderChange change : changes) {
            change.set().forEach(h -> headers.set(h.name(), h.value()));
            change.add().forEach(h -> headers.append(h.name(), h.value()));
            change.remove().forEach(headers::remove);
        }
    }

    void apply(MultiMap headers, boolean lowerCase) {
        for (HeaderChange change : changes) {
            for (HeaderChange.Header h : change.set()) {
                headers.set(spelled(h.name(), lowerCase), h.value());
            }
            for (HeaderChange.Header h : change.add()) {
                String name = spelled(h.name(), lowerCase);
                // set-cookie is the one field whose values must not be joined (RFC 9110, 5.3).
                if (h.name().equalsIgnoreCase("set-cookie") || !headers.contains(name)) {
                    headers.add(name, h.value());
                } else {
                    headers.set(name, String.join(",", headers.getAll(name)) + "," + h.value());
                }
            }
            change.remove().forEach(headers::remove);
        }
    }

    private static String spelled(String name, boolean lowerCase) {
        return lowerCase ? name.toLowerCase(java.util.Locale.ROOT) : name;
    }
}
