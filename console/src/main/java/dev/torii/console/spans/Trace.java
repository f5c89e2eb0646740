package dev.torii.console.spans;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All spans of one trace that have come in so far. Guarded by its {@link TraceStore}. */
final class Trace {

    /** Text beyond this is not gathered but looked for in the spans themselves. */
    private static final int MAX_TEXT = 16 * 1024;

    private static final Comparator<Span> BY_START = Comparator.comparingLong(Span::startMicros);

    private final String id;
    private final Map<String, Span> spans = new LinkedHashMap<>(4);
    /** Every value told, in lower case, each once and on a line of its own: traces repeat themselves, searches need not. */
    private final StringBuilder text = new StringBuilder();

    private boolean textComplete = true;
    /** Null until it is asked for. */
    private @Nullable Span root;

    private long startMicros = Long.MAX_VALUE;
    private long bytes;
    private Retention retention = Retention.ORDINARY;

    Trace(String id) {
        this.id = id;
    }

    /** How long a trace is worth keeping; from least to most. */
    enum Retention {
        ORDINARY,
        SLOW,
        ERROR
    }

    String id() {
        return id;
    }

    long startMicros() {
        return startMicros;
    }

    int size() {
        return spans.size();
    }

    long bytes() {
        return bytes + 2L * text.capacity();
    }

    Retention retention() {
        return retention;
    }

    List<Span> spans() {
        List<Span> all = new ArrayList<>(spans.values());
        all.sort(BY_START);
        return all;
    }

    /** False when it is there already: an exporter that did not hear the answer sends again. */
    boolean add(Span span) {
        if (spans.putIfAbsent(span.spanId(), span) != null) {
            return false;
        }
        startMicros = Math.min(startMicros, span.startMicros());
        root = null;
        bytes += span.bytes();
        gather(span.service());
        gather(span.name());
        span.attributes().forEach((name, value) -> gatherValue(value));
        return true;
    }

    void retain(Retention longer) {
        retention = longer;
    }

    private void gatherValue(Object value) {
        if (value instanceof List<?> list) {
            list.forEach(this::gatherValue);
        } else {
            gather(value.toString());
        }
    }

    private void gather(String value) {
        String line = value.toLowerCase(Locale.ROOT) + '\n';
        if (text.indexOf(line) >= 0) {
            return;
        }
        if (text.length() + line.length() > MAX_TEXT) {
            textComplete = false;
        } else {
            text.append(line);
        }
    }

    boolean matches(TraceQuery query) {
        return mayContain(query)
                && (query.requestId().isEmpty() || requestIds().contains(query.requestId()))
                && (query.narrowsSpans() || query.isAsLong(root().durationMicros()))
                && anySpan(query::holdsFor)
                && query.tags().stream().allMatch(tag -> anySpan(tag::test))
                && (textComplete || query.text().isEmpty() || spansContain(query.text()));
    }

    /** A plain loop: it runs for every trace of every search. */
    private boolean anySpan(Predicate<Span> condition) {
        for (Span span : spans.values()) {
            if (condition.test(span)) {
                return true;
            }
        }
        return false;
    }

    /** Rules out most traces at the price of reading one text. */
    private boolean mayContain(TraceQuery query) {
        if (!textComplete) {
            return true;
        }
        return text.indexOf(query.text()) >= 0
                && text.indexOf(query.route().toLowerCase(Locale.ROOT)) >= 0
                && query.tags().stream()
                        .allMatch(tag -> text.indexOf(tag.value().toLowerCase(Locale.ROOT)) >= 0);
    }

    private boolean spansContain(String wanted) {
        return anySpan(span -> {
            boolean[] found = {contains(span.service(), wanted) || contains(span.name(), wanted)};
            span.attributes().forEach((name, value) -> found[0] |= contains(value.toString(), wanted));
            return found[0];
        });
    }

    private static boolean contains(String value, String wanted) {
        return value.toLowerCase(Locale.ROOT).contains(wanted);
    }

    Set<String> requestIds() {
        Set<String> ids = new LinkedHashSet<>(2);
        for (Span span : spans.values()) {
            String requestId = span.requestId();
            if (!requestId.isEmpty()) {
                ids.add(requestId);
            }
        }
        return ids;
    }

    /** The earliest of those whose parent is not here; of a ring, the earliest of all. */
    private Span root() {
        Span known = root;
        if (known == null) {
            known = findRoot();
            root = known;
        }
        return known;
    }

    private Span findRoot() {
        return spans.values().stream()
                .filter(span -> !spans.containsKey(span.parentId()))
                .min(BY_START)
                .orElseGet(() -> spans.values().stream().min(BY_START).orElseThrow());
    }

    TraceSummary summary() {
        Set<String> services = new LinkedHashSet<>();
        Set<String> flags = new LinkedHashSet<>();
        int errors = 0;
        for (Span span : spans()) {
            services.add(span.service());
            for (String flag : span.attributes().text(Span.FLAGS).split(",")) {
                if (!flag.isBlank()) {
                    flags.add(flag.strip());
                }
            }
            errors += span.status() == Span.Status.ERROR ? 1 : 0;
        }
        Span root = root();
        return new TraceSummary(
                id,
                startMicros,
                root.durationMicros(),
                root.service(),
                root.name(),
                root.httpStatus(),
                List.copyOf(services),
                spans.size(),
                errors,
                List.copyOf(flags),
                requestIds().stream().findFirst().orElse(""));
    }
}
