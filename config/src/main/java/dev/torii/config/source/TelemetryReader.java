package dev.torii.config.source;

import dev.torii.config.resource.TelemetryPolicy.AccessLog;
import dev.torii.config.resource.TelemetryPolicy.Tracing;
import dev.torii.config.resource.TelemetryPolicy.When;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import dev.torii.routing.Credentials;
import dev.torii.routing.Tracing.Force;
import dev.torii.routing.Tracing.Propagation;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the blocks of a TelemetryPolicy. Names of headers become lower case. */
final class TelemetryReader {

    /** Each is looked for in every request. */
    private static final int MOST_HEADERS = 32;

    private static final Map<String, Propagation> PROPAGATIONS = Map.of(
            "tracecontext", Propagation.TRACECONTEXT,
            "baggage", Propagation.BAGGAGE,
            "b3", Propagation.B3,
            "b3multi", Propagation.B3_MULTI);

    private TelemetryReader() {}

    static Tracing tracing(Fields spec) {
        Tracing read = spec.get("tracing")
                .mapping(tracing -> new Tracing(
                        percent(tracing.get("samplingPercent")),
                        tracing.has("propagation") ? propagation(tracing.get("propagation")) : null,
                        tracing.get("force").list(0, MOST_HEADERS, TelemetryReader::force),
                        tagHeaders(tracing.get("tagHeaders"))));
        return Objects.requireNonNullElse(read, Tracing.NONE);
    }

    /** An empty list is a way to say: none. */
    private static Set<Propagation> propagation(Cell list) {
        Set<Propagation> chosen = EnumSet.noneOf(Propagation.class);
        for (Cell each : list.items(0, PROPAGATIONS.size())) {
            Propagation one = PROPAGATIONS.get(each.oneOf("", "tracecontext", "baggage", "b3", "b3multi"));
            if (one != null && !chosen.add(one)) {
                each.error("`" + each.text() + "` is there twice");
            }
        }
        return chosen;
    }

    private static Force force(Fields force) {
        return new Force(name(force.need("header")), force.get("value").text(Syntax.HEADER_VALUE, ""));
    }

    private static List<String> tagHeaders(Cell list) {
        Set<String> seen = new HashSet<>();
        return list.items(0, MOST_HEADERS).stream()
                .map(each -> distinct(each, seen))
                .toList();
    }

    static AccessLog accessLog(Fields spec) {
        AccessLog read = spec.get("accessLog").mapping(log -> {
            When when = log.get("when").mapping(TelemetryReader::when);
            return new AccessLog(
                    headers(log.get("requestHeaders")),
                    headers(log.get("responseHeaders")),
                    Objects.requireNonNullElse(when, When.NONE));
        });
        return Objects.requireNonNullElse(read, AccessLog.NONE);
    }

    private static When when(Fields when) {
        Cell slower = when.get("slowerThan");
        return new When(
                when.get("minStatus").integerOrNull(0, 599),
                slower.isPresent() ? (Long) slower.millis(0) : null,
                percent(when.get("samplePercent")));
    }

    private static List<LoggedHeader> headers(Cell list) {
        Set<String> seen = new HashSet<>();
        return list.list(0, MOST_HEADERS, header -> {
            String name = distinct(header.need("name"), seen);
            Mode mode = Mode.valueOf(
                    header.get("mode").oneOf("Plain", "Plain", "Hash", "Mask").toUpperCase(Locale.ROOT));
            if (mode == Mode.PLAIN && Credentials.isNamed(name)) {
                header.get("name")
                        .warning(
                                "Masked",
                                "`" + name + "` carries a credential, so it is masked; mode `Hash` tells values apart");
            }
            return new LoggedHeader(name, mode);
        });
    }

    private static String distinct(Cell cell, Set<String> seen) {
        String name = name(cell);
        if (!name.isEmpty() && !seen.add(name)) {
            cell.error("header `" + name + "` is there twice");
        }
        return name;
    }

    private static String name(Cell cell) {
        return cell.text(Syntax.HEADER_NAME).toLowerCase(Locale.ROOT);
    }

    private static @Nullable Double percent(Cell cell) {
        return cell.isPresent() ? (Double) cell.decimal(0, 100, 0) : null;
    }
}
