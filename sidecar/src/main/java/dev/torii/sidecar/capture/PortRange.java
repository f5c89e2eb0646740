package dev.torii.sidecar.capture;

/**
 * One port or a run of them.
 *
 * @param first from 1 on
 * @param last not below {@code first}, at most 65535
 */
public record PortRange(int first, int last) {

    /** Throws IllegalArgumentException, with a line for the user, when there is no such range. */
    public PortRange {
        if (first < 1 || last > 65535 || first > last) {
            throw new IllegalArgumentException(
                    "'" + first + "-" + last + "' is not a range of ports: 1-65535, the lower one first");
        }
    }

    /** Reads {@code 8080} or {@code 8000-8999}; throws IllegalArgumentException as the constructor does. */
    public static PortRange parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            int port = port(text, text);
            return new PortRange(port, port);
        }
        return new PortRange(port(text.substring(0, dash), text), port(text.substring(dash + 1), text));
    }

    private static int port(String digits, String text) {
        int port = digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9') && !digits.isEmpty()
                ? Integer.parseInt(digits)
                : 0;
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("'" + text + "' is not a port (1-65535) or a range like 8000-8999");
        }
        return port;
    }
}
