package dev.torii.proxy.trace;

/** Ids as hexadecimal digits, in lower case as all formats want them. */
final class Hex {

    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private Hex() {}

    /** Whether these are digits; capitals are none. */
    static boolean isHex(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    /** The number that up to 16 digits say, which have been checked. */
    static long parse(CharSequence digits, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            char c = digits.charAt(i);
            number = number << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
        }
        return number;
    }

    /** Writes the lowest {@code count} digits; where the next one goes. */
    static int write(long number, int count, byte[] out, int at) {
        for (int i = 0; i < count; i++) {
            out[at + i] = DIGITS[(int) (number >>> 4 * (count - 1 - i)) & 15];
        }
        return at + count;
    }
}
