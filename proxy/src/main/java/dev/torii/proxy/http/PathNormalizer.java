package dev.torii.proxy.http;

import java.util.ArrayDeque;
import java.util.Locale;

/**
 * Brings a path into the one form that both routing and the backend see, so that no spelling of a path gets past a rule
 * that another spelling would hit (RFC 3986, 6.2.2): unreserved characters are decoded, dot segments resolved, repeated
 * slashes merged. {@code %2F} is kept, because package and object names need it, unless a dot segment hides behind it.
 * What has two readings is refused rather than guessed.
 */
final class PathNormalizer {

    private PathNormalizer() {}

    /** Whether the path needs no work; most do not. */
    static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' || c == '\\' || c == '#' || (c == '/' && i > 0 && path.charAt(i - 1) == '/')) {
                return false;
            }
            if (c == '.' && i > 0 && path.charAt(i - 1) == '/') {
                return false;
            }
        }
        return true;
    }

    /** The normal form, or {@code ""} when the path is refused. */
    static String normalize(String path) {
        if (isPlain(path)) {
            return path;
        }
        String decoded = decodeUnreserved(path);
        if (decoded.isEmpty() || decoded.indexOf('\\') >= 0 || decoded.indexOf('#') >= 0 || hidesDots(decoded)) {
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
        for (String segment : path.toLowerCase(Locale.ROOT).replace("%2f", "/").split("/", -1)) {
            if (segment.startsWith("..;") || segment.startsWith(".;")) {
                return true;
            }
        }
        String lower = path.toLowerCase(Locale.ROOT);
        if (!lower.contains("%2f")) {
            return false;
        }
        for (String segment : lower.replace("%2f", "/").split("/", -1)) {
            if (segment.equals("..") || segment.equals(".")) {
                return true;
            }
        }
        return false;
    }

    private static String decodeUnreserved(String path) {
        StringBuilder out = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int hi = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
            int lo = i + 2 < path.length() ? Character.digit(path.charAt(i + 2), 16) : -1;
            int code = hi < 0 || lo < 0 ? 0 : hi * 16 + lo;
            if (code == 0 || code == '\\') {
                return "";
            }
            if (isUnreserved(code)) {
                out.append((char) code);
            } else {
                out.append(path, i, i + 3);
            }
            i += 2;
        }
        return out.toString();
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
