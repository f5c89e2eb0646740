package dev.torii.proxy.trace;

import dev.torii.proxy.HeaderList;
import io.netty.util.AsciiString;

/**
 * {@code traceparent} and {@code tracestate}. Source: W3C Trace Context, level 2: a {@code traceparent} that breaks a rule
 * counts as none and takes the {@code tracestate} with it; a {@code tracestate} that breaks one goes alone.
 */
final class W3c {

    private static final AsciiString PARENT = AsciiString.cached("traceparent");
    private static final AsciiString STATE = AsciiString.cached("tracestate");
    private static final int LENGTH = 55;
    private static final int TRACE_AT = 3;
    private static final int SPAN_AT = 36;
    private static final int FLAGS_AT = 53;

    // The other flags are reserved and must be zero.
    private static final int SAMPLED = 1;
    private static final int RANDOM = 2;

    private W3c() {}

    /** Whether the request came with a trace that can be continued, which is in {@code into} then. */
    static boolean read(HeaderList headers, Trace into) {
        String parent = headers.get(PARENT);
        if (parent == null || !isValid(parent)) {
            headers.remove(STATE);
            return false;
        }
        long high = Hex.parse(parent, TRACE_AT, TRACE_AT + 16);
        long low = Hex.parse(parent, TRACE_AT + 16, SPAN_AT - 1);
        long span = Hex.parse(parent, SPAN_AT, FLAGS_AT - 1);
        if ((high | low) == 0 || span == 0) {
            headers.remove(STATE);
            return false;
        }
        long flags = Hex.parse(parent, FLAGS_AT, LENGTH);
        into.continues(high, low, span);
        into.decided((flags & SAMPLED) != 0);
        into.random((flags & RANDOM) != 0);
        if (!TraceState.isValid(headers.get(STATE))) {
            headers.remove(STATE);
        }
        return true;
    }

    /** Two headers of that name come joined by a comma, and are too long for version 00 and too odd for any other. */
    private static boolean isValid(String parent) {
        int length = parent.length();
        return length >= LENGTH
                && Hex.isHex(parent, 0, 2)
                && !parent.startsWith("ff")
                && (length == LENGTH || !parent.startsWith("00") && parent.charAt(LENGTH) == '-')
                && parent.charAt(2) == '-'
                && parent.charAt(SPAN_AT - 1) == '-'
                && parent.charAt(FLAGS_AT - 1) == '-'
                && Hex.isHex(parent, TRACE_AT, SPAN_AT - 1)
                && Hex.isHex(parent, SPAN_AT, FLAGS_AT - 1)
                && Hex.isHex(parent, FLAGS_AT, LENGTH);
    }

    /** Forgets a trace that is not to be continued. */
    static void drop(HeaderList headers) {
        headers.remove(STATE);
    }

    static void write(Trace trace, long span, Trace.Lines out) {
        byte[] value = new byte[LENGTH];
        value[0] = '0';
        value[1] = '0';
        value[2] = '-';
        int at = Hex.write(trace.low(), 16, value, Hex.write(trace.high(), 16, value, TRACE_AT));
        value[at] = '-';
        at = Hex.write(span, 16, value, at + 1);
        value[at] = '-';
        Hex.write((trace.isSampled() ? SAMPLED : 0) | (trace.isRandom() ? RANDOM : 0), 2, value, at + 1);
        out.line(PARENT, new AsciiString(value, false));
    }
}
