package dev.torii.proxy.http;

/** Reads and writes {@code grpc-timeout} (gRPC over HTTP/2: up to 8 digits and a unit). */
final class GrpcTimeout {

    private GrpcTimeout() {}

    /** Milliseconds, at least 1; 0 when the value is none. */
    static long parseMs(CharSequence text) {
        int last = text.length() - 1;
        long value = last < 1 || last > 8 ? -1 : Characters.parseLength(text.subSequence(0, last));
        if (value < 0) {
            return 0;
        }
        return switch (text.charAt(last)) {
            case 'H' -> value * 3_600_000;
            case 'M' -> value * 60_000;
            case 'S' -> value * 1_000;
            case 'm' -> Math.max(1, value);
            case 'u' -> Math.max(1, value / 1_000);
            case 'n' -> Math.max(1, value / 1_000_000);
            default -> 0;
        };
    }

    /** Rounded up, where it does not fit otherwise. */
    static String format(long ms) {
        if (ms < 100_000_000) {
            return ms + "m";
        }
        long seconds = (ms + 999) / 1_000;
        return seconds < 100_000_000 ? seconds + "S" : Math.min(99_999_999, (seconds + 3_599) / 3_600) + "H";
    }
}
