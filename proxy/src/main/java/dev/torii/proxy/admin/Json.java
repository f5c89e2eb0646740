package dev.torii.proxy.admin;

import io.vertx.core.json.JsonArray;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Small words of the language that the JSON pages are written in. */
final class Json {

    private Json() {}

    static <T> JsonArray list(Collection<T> items, Function<T, ?> each) {
        return new JsonArray(items.stream().<Object>map(each).toList());
    }

    /** What is absent is null, not left out: a reader sees that there could be something. */
    static <T> @Nullable Object optional(@Nullable T value, Function<T, ?> each) {
        return value == null ? null : each.apply(value);
    }
}
