package dev.torii.config.source;

import dev.torii.config.Position;
import dev.torii.config.Wording;
import dev.torii.config.resource.Positions;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names values by the fields that lead to them, {@code HTTPRoute shop/cart: spec.rules[0].matches[1]}: an object of a
 * cluster has no lines that anybody has seen.
 */
final class FieldPaths implements Origin {

    /** From a value to the one around it. */
    private record Step(Value around, String name) {}

    private final String object;
    private final Value document;
    private @Nullable IdentityHashMap<Value, Step> steps;

    /** @param object what to call it */
    FieldPaths(String object, Value document) {
        this.object = object;
        this.document = document;
    }

    @Override
    public boolean isVetted() {
        return true;
    }

    @Override
    public Position of(Value value) {
        StringBuilder path = new StringBuilder();
        for (Step step = steps().get(value); step != null; step = steps().get(step.around())) {
            path.insert(0, step.name());
        }
        return at(object, path.toString());
    }

    @Override
    public Position of(Value.Entry key) {
        return of(key.value());
    }

    @Override
    public Positions within(Value document, boolean whole) {
        String name = object;
        return new Positions(path -> at(name, path));
    }

    static Position at(String object, String path) {
        String plain = path.startsWith(".") ? path.substring(1) : path;
        return Position.of(plain.isEmpty() ? object : object + ": " + plain);
    }

    /** Made when the first finding is: nearly all objects have none. */
    private IdentityHashMap<Value, Step> steps() {
        IdentityHashMap<Value, Step> made = steps;
        if (made == null) {
            made = new IdentityHashMap<>();
            note(document, made);
            steps = made;
        }
        return made;
    }

    private static void note(Value around, IdentityHashMap<Value, Step> steps) {
        if (around instanceof Value.Items items) {
            List<Value> values = items.values();
            for (int i = 0; i < values.size(); i++) {
                steps.put(values.get(i), new Step(around, "[" + i + "]"));
                note(values.get(i), steps);
            }
        } else if (around instanceof Value.Mapping mapping) {
            mapping.entries().forEach((key, entry) -> {
                steps.put(entry.value(), new Step(around, step(key)));
                note(entry.value(), steps);
            });
        }
    }

    /** In brackets when it is no plain word, as {@link Positions} take it. */
    static String step(String key) {
        boolean plain =
                !key.isEmpty() && key.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '_');
        return plain ? "." + Wording.shown(key) : "[" + Wording.shown(key) + "]";
    }
}
