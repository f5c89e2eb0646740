package dev.torii.proxy.trace;

import dev.torii.proxy.HeaderList;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One request's place in a distributed trace. Every request has one, sampled or not: its ids are in the log and go on to
 * the backend. One event loop only.
 */
public final class Trace {

    /** The flag of {@code traceparent} that says that spans are kept. */
    static final int SAMPLED = 1;

    private final long span = newSpan();
    private long high;
    private long low;
    private long parent;
    private int flags;

    private Trace() {}

    /** A new one, for a request of which there is no head. */
    public static Trace root() {
        Trace root = new Trace();
        root.begins();
        return root;
    }

    /**
     * The trace of a request, continued from what came with it or new.
     *
     * @param headers of the request; what must not go on is taken out
     * @param trusted whether the client may say which trace this is
     */
    public static Trace of(HeaderList headers, boolean trusted) {
        Trace trace = new Trace();
        if (!trusted) {
            W3c.drop(headers);
            trace.begins();
        } else if (!W3c.read(headers, trace)) {
            trace.begins();
        }
        return trace;
    }

    private void begins() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        high = random.nextLong();
        low = newSpan();
    }

    void continues(long traceHigh, long traceLow, long parentSpan, int parentFlags) {
        high = traceHigh;
        low = traceLow;
        parent = parentSpan;
        flags = parentFlags;
    }

    /** Says so to whoever gets these headers, whose parent is what this proxy does with the request. */
    public void write(HeaderList out) {
        out.set(W3c.PARENT, W3c.parent(this, span));
    }

    /**
     * A try begins. When it is sampled it gets a span of its own, which is the backend's parent then, unless the
     * configuration has taken the headers out.
     *
     * @return the backend's parent
     */
    public long attempt(HeaderList out) {
        if (!isSampled()) {
            return span;
        }
        long attempt = newSpan();
        out.replace(W3c.PARENT, W3c.parent(this, attempt));
        return attempt;
    }

    /** The id of a span: any number but 0. */
    public static long newSpan() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long id = random.nextLong();
        while (id == 0) {
            id = random.nextLong();
        }
        return id;
    }

    public boolean isSampled() {
        return (flags & SAMPLED) != 0;
    }

    /** 32 digits. */
    public String traceId() {
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

    int flags() {
        return flags;
    }
}
