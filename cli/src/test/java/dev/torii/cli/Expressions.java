package dev.torii.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What dashboards ask of Prometheus, and of which series and labels an expression speaks. */
final class Expressions {

    private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern LABELS =
            Pattern.compile("\\b(?:by|on|ignoring|without|group_left|group_right) \\(([^)]*)\\)");
    private static final Pattern SELECTOR = Pattern.compile("\\{([^}]*)}");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?!\\w|:|\\s*\\()");
    private static final Set<String> WORDS =
            Set.of("by", "on", "and", "or", "unless", "group_left", "group_right", "sum");

    private Expressions() {}

    /** The panels of a dashboard with what each asks, by their titles. */
    static Map<String, List<String>> ofDashboard(Path file) {
        Map<String, List<String>> all = new TreeMap<>();
        for (JsonObject panel : objects(json(file).getJsonArray("panels"))) {
            for (JsonObject target : objects(panel.getJsonArray("targets"))) {
                String title = file.getFileName() + " " + panel.getInteger("id") + " " + panel.getString("title");
                all.computeIfAbsent(title, name -> new ArrayList<>()).add(target.getString("expr"));
            }
        }
        return all;
    }

    static JsonObject json(Path file) {
        try {
            return new JsonObject(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonObject> objects(JsonArray array) {
        return array == null
                ? List.of()
                : array.stream().map(JsonObject.class::cast).toList();
    }

    /** The series that it reads. */
    static Set<String> series(String expression) {
        String rest = TEXT.matcher(expression).replaceAll("");
        for (Pattern each : List.of(LABELS, SELECTOR, RANGE)) {
            rest = each.matcher(rest).replaceAll(" ");
        }
        return names(rest);
    }

    /** The labels that it names, but for those that it makes. */
    static Set<String> labels(String expression) {
        Set<String> made = new TreeSet<>();
        TEXT.matcher(expression).results().forEach(text -> made.add(text.group().replace("\"", "")));
        String rest = TEXT.matcher(expression).replaceAll("");
        Set<String> names = new TreeSet<>();
        Stream.of(LABELS, SELECTOR)
                .flatMap(pattern -> pattern.matcher(rest).results())
                .forEach(result -> names.addAll(names(result.group(1))));
        names.removeAll(made);
        return names;
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            if (!WORDS.contains(matcher.group()) && !isNumber(text, matcher.start())) {
                names.add(matcher.group());
            }
        }
        return names;
    }

    private static boolean isNumber(String text, int start) {
        return start > 0 && Character.isDigit(text.charAt(start - 1));
    }
}
