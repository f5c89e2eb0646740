package dev.torii.console.web;

import dev.torii.console.spans.TraceQuery;
import dev.torii.console.spans.TraceQuery.StatusMatch;
import dev.torii.console.spans.TraceQuery.Tag;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The parameters of a request to the API, read strictly. What is wrong with one is an IllegalArgumentException. */
final class Query {

    static final int MAX_LIMIT = 1_000;

    static final int DEFAULT_LIMIT = 100;

    private static final int DEFAULT_WINDOW = 60;
    private static final int MAX_WINDOW = 300;
    private static final int MAX_TAGS = 20;
    private static final int MAX_LENGTH = 4_096;
    private static final Set<String> OF_TRACES = Set.of(
            "service",
            "route",
            "status",
            "minDuration",
            "maxDuration",
            "requestId",
            "tag",
            "text",
            "from",
            "to",
            "limit");

    private final MultiMap parameters;

    Query(MultiMap parameters, Set<String> known) {
        this.parameters = parameters;
        for (String name : parameters.names()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "there is no parameter '" + name + "', only " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    static TraceQuery traces(MultiMap parameters) {
        Query query = new Query(parameters, OF_TRACES);
        String status = query.text("status");
        List<String> tags = parameters.getAll("tag");
        if (tags.size() > MAX_TAGS) {
            throw new IllegalArgumentException("at most " + MAX_TAGS + " tags");
        }
        return new TraceQuery(
                query.text("service"),
                query.text("route"),
                status.isEmpty() ? StatusMatch.ANY : StatusMatch.parse(status),
                query.number("minDuration", 0, 0, Long.MAX_VALUE),
                query.number("maxDuration", Long.MAX_VALUE, 0, Long.MAX_VALUE),
                query.text("requestId"),
                tags.stream().filter(tag -> !tag.isBlank()).map(Tag::parse).toList(),
                query.text("text"),
                query.number("from", 0, 0, Long.MAX_VALUE),
                query.number("to", Long.MAX_VALUE, 0, Long.MAX_VALUE),
                query.limit(DEFAULT_LIMIT));
    }

    int limit(int otherwise) {
        return (int) number("limit", otherwise, 1, MAX_LIMIT);
    }

    /** Seconds that rates are of. */
    int window() {
        return (int) number("window", DEFAULT_WINDOW, 1, MAX_WINDOW);
    }

    /** {@code ""} when it is not given. */
    String text(String name) {
        List<String> values = parameters.getAll(name);
        if (values.size() > 1) {
            throw new IllegalArgumentException(name + " is given more than once");
        }
        String value = values.isEmpty() ? "" : values.get(0).strip();
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(name + " is too long");
        }
        return value;
    }

    long number(String name, long otherwise, long lowest, long highest) {
        String text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= lowest && number <= highest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, as a number out of range is.
        }
        throw new IllegalArgumentException(
                name + " is a number from " + lowest + (highest == Long.MAX_VALUE ? " on" : " to " + highest));
    }
}
