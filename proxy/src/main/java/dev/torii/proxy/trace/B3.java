package dev.torii.proxy.trace;

import dev.torii.proxy.HeaderList;
import io.netty.util.AsciiString;

/**
 * The single header {@code b3}: {@code trace-span}, {@code trace-span-decision}, {@code trace-span-decision-parent} or a
 * decision alone. Trace ids of 16 digits stay so. Source: openzipkin/b3-propagation.
 */
final class B3 {

    private static final AsciiString NAME = AsciiString.cached("b3");
    private static final int SPAN = 16;

    private B3() {}

    /** Whether the request came with a trace that can be continued, or only a decision: both are in {@code into} then. */
    static boolean read(HeaderList headers, Trace into) {
        String value = headers.get(NAME);
        if (value == null) {
            return false;
        }
        if (value.length() == 1) {
            decide(value, into);
            return false;
        }
        int traceEnd = value.indexOf('-');
        int spanEnd = traceEnd + 1 + SPAN;
        if (traceEnd < 0 || !continues(value, traceEnd, spanEnd, into)) {
            return false;
        }
        return value.length() == spanEnd || decide(value.substring(spanEnd + 1, spanEnd + 2), into);
    }

    private static boolean continues(String value, int traceEnd, int spanEnd, Trace into) {
        int length = value.length();
        boolean form = length == spanEnd
                || length == spanEnd + 2
                || length == spanEnd + 3 + SPAN
                        && value.charAt(spanEnd + 2) == '-'
                        && Hex.isHex(value, spanEnd + 3, length);
        return form
                && (length == spanEnd || value.charAt(spanEnd) == '-' && isDecision(value.charAt(spanEnd + 1)))
                && ids(value.substring(0, traceEnd), value.substring(traceEnd + 1, spanEnd), into);
    }

    /** Whether the ids are sound; they are in {@code into} then. */
    static boolean ids(String trace, String span, Trace into) {
        int digits = trace.length();
        if (digits != 16 && digits != 32
                || span.length() != SPAN
                || !Hex.isHex(trace, 0, digits)
                || !Hex.isHex(span, 0, SPAN)) {
            return false;
        }
        long high = digits == 32 ? Hex.parse(trace, 0, 16) : 0;
        long low = Hex.parse(trace, digits - 16, digits);
        long parent = Hex.parse(span, 0, SPAN);
        if ((high | low) == 0 || parent == 0) {
            return false;
        }
        into.continues(high, low, parent);
        return true;
    }

    private static boolean isDecision(char c) {
        return c == '0' || c == '1' || c == 'd';
    }

    private static boolean decide(String decision, Trace into) {
        switch (decision) {
            case "0" -> into.decided(false);
            case "1" -> into.decided(true);
            case "d" -> into.debugged();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** @param parent of the span, 0 for none */
    static void write(Trace trace, long span, long parent, Trace.Lines out) {
        byte[] value = new byte[32 + 1 + SPAN + 2 + 1 + SPAN];
        int at = trace(trace, value);
        value[at] = '-';
        at = Hex.write(span, SPAN, value, at + 1);
        value[at++] = '-';
        value[at++] = (byte) (trace.isDebug() ? 'd' : trace.isSampled() ? '1' : '0');
        if (parent != 0) {
            value[at] = '-';
            at = Hex.write(parent, SPAN, value, at + 1);
        }
        out.line(NAME, new AsciiString(value, 0, at, false));
    }

    /** Writes a trace's id with as many digits as it has; where the next one goes. */
    private static int trace(Trace trace, byte[] out) {
        int at = trace.high() == 0 ? 0 : Hex.write(trace.high(), 16, out, 0);
        return Hex.write(trace.low(), 16, out, at);
    }

    /** {@code x-b3-traceid} and its like. */
    static final class Multi {

        private static final AsciiString TRACE = AsciiString.cached("x-b3-traceid");
        private static final AsciiString SPAN_ID = AsciiString.cached("x-b3-spanid");
        private static final AsciiString PARENT = AsciiString.cached("x-b3-parentspanid");
        private static final AsciiString SAMPLED = AsciiString.cached("x-b3-sampled");
        private static final AsciiString FLAGS = AsciiString.cached("x-b3-flags");

        private Multi() {}

        static boolean read(HeaderList headers, Trace into) {
            String trace = headers.get(TRACE);
            String span = headers.get(SPAN_ID);
            String sampled = headers.get(SAMPLED);
            if ("1".equals(headers.get(FLAGS))) {
                into.debugged();
            } else if (sampled != null) {
                // Some senders from before the standard spell it out.
                decide(sampled.equals("true") ? "1" : sampled.equals("false") ? "0" : sampled, into);
            }
            return trace != null && span != null && ids(trace, span, into);
        }

        static void write(Trace trace, long span, long parent, Trace.Lines out) {
            byte[] id = new byte[32];
            out.line(TRACE, new AsciiString(id, 0, trace(trace, id), false));
            out.line(SPAN_ID, digits(span));
            out.line(PARENT, parent == 0 ? null : digits(parent));
            out.line(SAMPLED, trace.isDebug() ? null : trace.isSampled() ? "1" : "0");
            out.line(FLAGS, trace.isDebug() ? "1" : null);
        }

        private static CharSequence digits(long span) {
            byte[] digits = new byte[SPAN];
            Hex.write(span, SPAN, digits, 0);
            return new AsciiString(digits, false);
        }
    }
}
