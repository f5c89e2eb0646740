package dev.torii.config.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import org.jspecify.annotations.Nullable;

/** What a reader wants a value to be, put together from all runs of it. Becomes a structural schema of Kubernetes. */
final class Shape {

    private final Map<String, Shape> fields = new LinkedHashMap<>();
    private final Set<List<String>> exclusive = new LinkedHashSet<>();
    private final Set<List<String>> oneMustBe = new HashSet<>();
    private final Set<Object> fallbacks = new HashSet<>();
    private final Set<String> words = new LinkedHashSet<>();
    private final Map<String, Integer> offered = new HashMap<>();
    private final Map<String, Integer> refused = new HashMap<>();
    private final Map<String, Object> bounds = new LinkedHashMap<>();
    private List<Object> made = new ArrayList<>();
    private @Nullable Set<String> required;
    private @Nullable Shape item;
    private String type = "object";
    private boolean explored;
    private boolean positive;

    /** The shape of a whole object. */
    static Shape of(Function<Fields, ?> reader) {
        Shape shape = new Shape();
        shape.mapping(reader);
        return shape;
    }

    Shape field(String name) {
        return fields.computeIfAbsent(name, fresh -> new Shape());
    }

    void exclusive(List<String> names) {
        if (exclusive.add(names)) {
            oneMustBe.add(names);
        }
    }

    /** The end of a run of a mapping's reader. */
    void ran(Set<String> needed, Map<String, Boolean> present, boolean wrong) {
        if (required == null) {
            required = new LinkedHashSet<>(needed);
        }
        required.retainAll(needed);
        oneMustBe.removeIf(names -> !wrong && names.stream().noneMatch(name -> Boolean.TRUE.equals(present.get(name))));
    }

    void text(int shortest, @Nullable Integer longest, @Nullable String pattern) {
        boolean first = !type.equals("string");
        type = "string";
        widen("minLength", shortest, Math::min, first);
        widen("maxLength", longest == null ? Integer.MAX_VALUE : longest, Math::max, first);
        if (first && pattern != null) {
            bounds.put("pattern", pattern);
        } else if (!Objects.equals(bounds.get("pattern"), pattern)) {
            bounds.remove("pattern");
        }
    }

    private void widen(String bound, int value, IntBinaryOperator wider, boolean first) {
        bounds.merge(bound, value, (old, now) -> first ? now : wider.applyAsInt((int) old, (int) now));
    }

    void positiveDuration() {
        positive = true;
    }

    void word(List<String> allowed) {
        type = "string";
        words.addAll(allowed);
    }

    void number(String kind, int min, int max) {
        type = kind;
        bounds.put("minimum", min);
        bounds.put("maximum", max);
    }

    void bool() {
        type = "boolean";
    }

    void fallback(@Nullable Object value) {
        fallbacks.add(value == null ? "" : value);
    }

    void offered(String word) {
        offered.merge(word, 1, Integer::sum);
    }

    void refused(String word) {
        refused.merge(word, 1, Integer::sum);
    }

    Shape list(int min, int max) {
        type = "array";
        if (min > 0) {
            bounds.put("minItems", min);
        }
        bounds.put("maxItems", max);
        if (item == null) {
            item = new Shape();
        }
        return item;
    }

    /** Runs the reader of a mapping every way there is, once. Answers with the least and the most of what it made. */
    @SuppressWarnings("unchecked") // a field has one reader
    <T> List<T> mapping(Function<Fields, ? extends @Nullable T> reader) {
        if (!explored) {
            explored = true;
            Set<Object> all = new LinkedHashSet<>();
            Choices choices = new Choices();
            do {
                ProbedFields run = new ProbedFields(this, choices);
                Object one = reader.apply(run);
                run.done();
                if (one != null) {
                    all.add(one);
                }
            } while (choices.again());
            List<Object> list = new ArrayList<>(all);
            made = list.size() < 3 ? list : List.of(list.get(0), list.get(list.size() - 1));
        }
        return (List<T>) made;
    }

    /**
     * The schema.
     *
     * @param path of this, say {@code spec.limits[]}
     * @param notes are given each path with its schema, to add what no reader says
     */
    Map<String, Object> schema(String path, BiConsumer<String, Map<String, Object>> notes) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", type);
        notes.accept(path, schema);
        addScalar(schema);
        addRules(schema);
        if (item != null) {
            schema.putIfAbsent("x-kubernetes-list-type", "atomic");
            schema.put("items", item.schema(path + "[]", notes));
        }
        if (required != null && !required.isEmpty()) {
            schema.put("required", required.stream().sorted().toList());
        }
        if (type.equals("object")) {
            schema.put("properties", properties(path, notes));
        }
        return schema;
    }

    private Map<String, Object> properties(String path, BiConsumer<String, Map<String, Object>> notes) {
        Map<String, Object> properties = new LinkedHashMap<>();
        fields.forEach((name, field) -> {
            Map<String, Object> schema = field.schema(path.isEmpty() ? name : path + "." + name, notes);
            Object fallback = defaultOf(name, field);
            if (fallback != null) {
                schema.put("default", fallback);
            }
            properties.put(name, schema);
        });
        return properties;
    }

    /** None where it depends, or where the field may be wrong merely by being there: it would be, in every object. */
    private @Nullable Object defaultOf(String name, Shape field) {
        boolean alone = exclusive.stream().noneMatch(names -> names.contains(name));
        boolean sure = field.fallbacks.size() == 1 && field.refused.isEmpty();
        boolean needed = required != null && required.contains(name);
        Object fallback = sure ? field.fallbacks.iterator().next() : "";
        return alone && !needed && !fallback.equals("") ? fallback : null;
    }

    private void addScalar(Map<String, Object> schema) {
        bounds.forEach((bound, value) -> {
            if (!value.equals(bound.equals("minLength") ? (Object) 0 : (Object) Integer.MAX_VALUE)) {
                schema.putIfAbsent(bound, value);
            }
        });
        if (type.equals("integer")) {
            schema.put("format", "int32");
        }
        if (type.equals("boolean") && isNeverTaken("false")) {
            schema.put("enum", List.of(true));
        }
        List<String> taken = words.stream().filter(word -> !isNeverTaken(word)).toList();
        if (!taken.isEmpty()) {
            schema.put("enum", taken);
        }
    }

    /** Whether the reader refused it each time. */
    private boolean isNeverTaken(String word) {
        return refused.containsKey(word) && refused.get(word).equals(offered.get(word));
    }

    @SuppressWarnings("unchecked") // ours
    private void addRules(Map<String, Object> schema) {
        List<Object> rules = new ArrayList<>();
        if (positive) {
            rules.add(rule("self.matches('[1-9]')", "must be longer than 0"));
        }
        for (List<String> names : exclusive) {
            boolean must = oneMustBe.contains(names);
            String present = String.join(
                    ", ", names.stream().map(name -> "has(self." + name + ")").toList());
            rules.add(rule(
                    "[" + present + "].filter(there, there).size() " + (must ? "== 1" : "<= 1"),
                    (must ? "exactly" : "at most") + " one of " + String.join(", ", names) + " must be set"));
        }
        rules.addAll((List<Object>) schema.getOrDefault("x-kubernetes-validations", List.of()));
        schema.remove("x-kubernetes-validations");
        if (!rules.isEmpty()) {
            schema.put("x-kubernetes-validations", rules);
        }
    }

    private static Map<String, Object> rule(String rule, String message) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("rule", rule);
        entry.put("message", message);
        return entry;
    }
}
