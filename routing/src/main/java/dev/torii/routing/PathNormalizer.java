package dev.torii.routing;

import java.util.ArrayDeque;

/**
 * Brings a path into the one form that routes are compared in and backends see, so that no spelling of a path gets past a rule
 * that another spelling would hit (RFC 3986, 6.2.2): unreserved characters are decoded, dot segments resolved, repeated
 * slashes merged, what may not stand bare is encoded, and codes are in upper case. {@code %2F} is kept, because package and
 * object names need it, unless a dot segment hides behind it. What has two readings is refused rather than guessed.
 *
 * <p>The data plane asks for every request, the configuration for every path that is compared as it is. Pure; safe on any
 * thread.
 */
public final class PathNormalizer {

    private static final String HEX = "0123456789ABCDEF";

    /** What may stand in a path as it is (RFC 3986, 3.3). */
    private static final boolean[] PLAIN = plain();

    private PathNormalizer() {}

    private static boolean[] plain() {
        boolean[] plain = new boolean[256];
        for (int c = 0; c < 128; c++) {
            plain[c] = isUnreserved(c) || "/!$&'()*+,;=:@".indexOf(c) >= 0;
        }
        return plain;
    }

    /** Whether the path needs no work; most do not. */
    private static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean afterSlash = i > 0 && path.charAt(i - 1) == '/';
            if (c > 0xff || !PLAIN[c] || (afterSlash && (c == '/' || c == '.'))) {
                return false;
            }
        }
        return true;
    }

    /**
     * The normal form, or {@code ""} when the path is refused.
     *
     * @param path starts with a slash; each character stands for one byte, so none may be above U+00FF
     */
    public static String normalize(String path) {
        if (isPlain(path)) {
            return path;
        }
        String decoded = canonical(path);
        if (decoded.isEmpty() || hidesDots(decoded)) {
            return "";
        }
        ArrayDeque<String> kept = new ArrayDeque<>();
        String last = "";
        for (String segment : decoded.split("/", -1)) {
            last = segment;
            if (segment.equals("..")) {
                if (kept.pollLast() == null) {
                    return "";
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.addLast(segment);
            }
        }
        boolean slashAtEnd = last.isEmpty() || last.equals(".") || last.equals("..");
        String joined = "/" + String.join("/", kept);
        return slashAtEnd && joined.length() > 1 ? joined + "/" : joined;
    }

    /** A dot segment behind an encoded slash or before a path parameter, which some backends resolve later. */
    private static boolean hidesDots(String path) {
        boolean slashes = path.contains("%2F");
        for (String segment : path.replace("%2F", "/").replace("%3B", ";").split("/", -1)) {
            if (segment.startsWith("..;") || segment.startsWith(".;")) {
                return true;
            }
            if (slashes && (segment.equals("..") || segment.equals("."))) {
                return true;
            }
        }
        return false;
    }

    /** Each byte in its one spelling; {@code ""} when one is refused. */
    private static String canonical(String path) {
        StringBuilder out = new StringBuilder(path.length() + 16);
        int before = 0;
        for (int i = 0; i < path.length(); i++) {
            int c = path.charAt(i);
            boolean encoded = c == '%';
            if (encoded) {
                c = i + 2 < path.length() ? hex(path.charAt(i + 1)) * 16 + hex(path.charAt(i + 2)) : -1;
                i += 2;
            }
            if (c <= 0 || c > 0xff || c == '\\' || isOverlong(before, c)) {
                return "";
            }
            if (encoded ? isUnreserved(c) : PLAIN[c]) {
                out.append((char) c);
            } else {
                out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
            before = c;
        }
        return out.toString();
    }

    /** A value that keeps any sum with it negative when the character is no digit. */
    private static int hex(char c) {
        int digit = Character.digit(c, 16);
        return digit < 0 ? -1000 : digit;
    }

    /** The beginning of a UTF-8 sequence that stands for a shorter one, say a slash (RFC 3629, 10). */
    private static boolean isOverlong(int before, int c) {
        return c == 0xc0 || c == 0xc1 || c >= 0xf8 || (before == 0xe0 && c < 0xa0) || (before == 0xf0 && c < 0x90);
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }
}
