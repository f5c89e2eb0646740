package dev.torii.routing;

import org.jspecify.annotations.Nullable;

/** Spells IP addresses in one way, so that they can be compared as texts. Never asks a name server. */
public final class IpText {

    private static final int GROUPS = 8;
    private static final int HEX = 16;
    private static final int BYTE = 0xff;

    private IpText() {}

    /**
     * An IPv6 address as RFC 5952 writes it (lower case, the longest run of zeros as {@code ::}), without brackets and
     * zone; an IPv4 address in IPv6 form ({@code ::ffff:10.0.0.1}) as IPv4; any other text as it is.
     */
    public static String canonical(String text) {
        if (text.indexOf(':') < 0) {
            return text;
        }
        int from = text.startsWith("[") ? 1 : 0;
        int to = text.endsWith("]") ? text.length() - 1 : text.length();
        int zone = text.indexOf('%');
        int[] groups = groups(text.substring(Math.min(from, to), zone > from ? zone : to));
        return groups == null ? text : isMapped(groups) ? ipv4(groups[6], groups[7]) : ipv6(groups);
    }

    private static boolean isMapped(int[] groups) {
        return (groups[0] | groups[1] | groups[2] | groups[3] | groups[4]) == 0 && groups[5] == 0xffff;
    }

    private static String ipv4(int high, int low) {
        return (high >> 8) + "." + (high & BYTE) + "." + (low >> 8) + "." + (low & BYTE);
    }

    private static String ipv6(int[] groups) {
        int start = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                out.append("::");
                i += length - 1;
            } else {
                out.append(i == 0 || out.charAt(out.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return out.toString();
    }

    /** The eight numbers of an IPv6 address, or null when it is none. */
    private static int @Nullable [] groups(String text) {
        int gap = text.indexOf("::");
        int[] groups = new int[GROUPS];
        if (gap < 0) {
            return read(text, groups) == GROUPS ? groups : null;
        }
        int head = gap == 0 ? 0 : read(text.substring(0, gap), groups);
        int[] rest = new int[GROUPS];
        String after = text.substring(gap + 2);
        int tail = after.isEmpty() ? 0 : read(after, rest);
        if (head < 0 || tail < 0 || head + tail >= GROUPS) {
            return null;
        }
        System.arraycopy(rest, 0, groups, GROUPS - tail, tail);
        return groups;
    }

    /** How many groups a text without a gap has, or -1. */
    private static int read(String text, int[] into) {
        int count = 0;
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (part.indexOf('.') >= 0) {
                int[] pair = embedded(part);
                if (pair == null || count > GROUPS - 2 || i < parts.length - 1) {
                    return -1;
                }
                into[count++] = pair[0];
                into[count++] = pair[1];
            } else {
                int group = number(part, HEX, 0xffff);
                if (group < 0 || count == GROUPS) {
                    return -1;
                }
                into[count++] = group;
            }
        }
        return count;
    }

    private static int @Nullable [] embedded(String ipv4) {
        String[] parts = ipv4.split("\\.", -1);
        int[] bytes = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = number(parts[i], 10, BYTE);
            if (bytes[i] < 0) {
                return null;
            }
        }
        return bytes.length == 4 ? new int[] {bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3]} : null;
    }

    private static int number(String digits, int radix, int max) {
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), radix);
            if (digit < 0 || number > max) {
                return -1;
            }
            number = number * radix + digit;
        }
        return digits.isEmpty() || digits.length() > 4 || number > max ? -1 : number;
    }
}
