package dev.torii.proxy.trace;

import dev.torii.proxy.HeaderList;
import dev.torii.routing.Tracing;
import dev.torii.routing.Tracing.Propagation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One request's place in a distributed trace. Every request has one, sampled or not: its ids are in the log and go on to
 * the backend. What came in headers of a format that is not configured is nobody's business here and stays. One event loop
 * only.
 */
public final class Trace {

    private final Set<Propagation> formats;
    private final long span = newSpan();
    private long high;
    private long low;
    private long parent;
    private boolean decided;
    private boolean sampled;
    private boolean debug;
    private boolean random;
    private List<String> tags = List.of();
    private @Nullable String id;

    private Trace(Set<Propagation> formats) {
        this.formats = formats;
    }

    /** Where a header line is written to; null takes one away. */
    interface Lines {
        void line(CharSequence name, @Nullable CharSequence value);
    }

    /**
     * The trace of a request, continued from what came with it or new. It is sampled when the caller has decided so, when a
     * header forces it, or, if nobody has decided, by chance: the same for all who draw by the same id and percentage.
     *
     * @param headers of the request; what must not go on is taken out
     * @param trusted whether the client may say which trace this is
     */
    public static Trace of(HeaderList headers, Tracing how, boolean trusted) {
        Trace trace = new Trace(how.propagation());
        if (!trusted || !trace.read(headers)) {
            trace.begins(headers);
        }
        if (isForced(headers, how)) {
            trace.sampled = true;
        } else if (!trace.decided) {
            trace.sampled = trace.isDrawn(how.samplingPercent());
        }
        if (trace.sampled) {
            trace.tag(headers, how.tagHeaders());
        }
        return trace;
    }

    private void tag(HeaderList headers, List<String> names) {
        for (String name : names) {
            String value = headers.get(name);
            if (value != null) {
                tags = tags.isEmpty() ? new ArrayList<>() : tags;
                tags.add(name);
                tags.add(value);
            }
        }
    }

    private boolean read(HeaderList headers) {
        return formats.contains(Propagation.TRACECONTEXT) && W3c.read(headers, this)
                || formats.contains(Propagation.B3) && B3.read(headers, this)
                || formats.contains(Propagation.B3_MULTI) && B3.Multi.read(headers, this);
    }

    private void begins(HeaderList headers) {
        if (formats.contains(Propagation.TRACECONTEXT)) {
            W3c.drop(headers);
        }
        ThreadLocalRandom numbers = ThreadLocalRandom.current();
        high = numbers.nextLong();
        low = newSpan();
    }

    private static boolean isForced(HeaderList headers, Tracing how) {
        for (int i = 0; i < how.force().size(); i++) {
            Tracing.Force rule = how.force().get(i);
            String value = headers.get(rule.header());
            if (value != null && (rule.value().isEmpty() || rule.value().equals(value))) {
                return true;
            }
        }
        return false;
    }

    /** As OpenTelemetry's {@code traceidratio} does it. */
    private boolean isDrawn(double percent) {
        return percent >= 100 || (low & Long.MAX_VALUE) < (long) (percent / 100 * Long.MAX_VALUE);
    }

    /** Says so to whoever gets these headers, whose parent is what this proxy does with the request. */
    public void write(HeaderList out) {
        write(span, parent, (name, value) -> {
            if (value == null) {
                out.remove(name);
            } else {
                out.set(name, value);
            }
        });
    }

    /**
     * A try begins. When it is sampled it gets a span of its own, which is the backend's parent then, unless the
     * configuration has taken the headers out.
     *
     * @return the backend's parent
     */
    public long attempt(HeaderList out) {
        if (!sampled) {
            return span;
        }
        long attempt = newSpan();
        write(attempt, span, (name, value) -> {
            if (value != null) {
                out.replace(name, value);
            }
        });
        return attempt;
    }

    private void write(long as, long under, Lines out) {
        if (formats.contains(Propagation.TRACECONTEXT)) {
            W3c.write(this, as, out);
        }
        if (formats.contains(Propagation.B3)) {
            B3.write(this, as, under, out);
        }
        if (formats.contains(Propagation.B3_MULTI)) {
            B3.Multi.write(this, as, under, out);
        }
    }

    void continues(long traceHigh, long traceLow, long parentSpan) {
        high = traceHigh;
        low = traceLow;
        parent = parentSpan;
    }

    void decided(boolean keep) {
        decided = true;
        sampled = keep;
    }

    /** Decided as B3 does for a debugger: no rule of anybody's may drop it. */
    void debugged() {
        decided(true);
        debug = true;
    }

    /** Whether the caller says that all of the trace's id is random. */
    void random(boolean all) {
        random = all;
    }

    /** The id of a span: any number but 0. */
    private static long newSpan() {
        ThreadLocalRandom numbers = ThreadLocalRandom.current();
        long id = numbers.nextLong();
        while (id == 0) {
            id = numbers.nextLong();
        }
        return id;
    }

    /** Whether spans are kept. */
    public boolean isSampled() {
        return sampled;
    }

    /** The headers that spans of this request shall show, as they came: name, value, name, value, … */
    public List<String> tags() {
        return tags;
    }

    /** What this proxy does with the request. */
    public long span() {
        return span;
    }

    /** Whether {@code baggage} is read and written too. */
    public boolean carriesBaggage() {
        return formats.contains(Propagation.BAGGAGE);
    }

    /** 32 digits. */
    public String traceId() {
        String known = id;
        if (known == null) {
            known = digits();
            id = known;
        }
        return known;
    }

    private String digits() {
        byte[] digits = new byte[32];
        Hex.write(low, 16, digits, Hex.write(high, 16, digits, 0));
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    /** The id of what this proxy does with the request: 16 digits. */
    public String spanId() {
        return spanId(span);
    }

    /** The id of the span that asked for this, or {@code ""}. */
    public String parentSpanId() {
        return parent == 0 ? "" : spanId(parent);
    }

    /** 16 digits. */
    public static String spanId(long span) {
        byte[] digits = new byte[16];
        Hex.write(span, 16, digits, 0);
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    boolean isDebug() {
        return debug;
    }

    boolean isRandom() {
        return random;
    }
}
