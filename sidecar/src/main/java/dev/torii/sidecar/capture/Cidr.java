package dev.torii.sidecar.capture;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A network: {@code 10.96.0.0/12}, {@code fd00::/8}, or one address.
 *
 * @param text as iptables reads it, always with a prefix length
 */
public record Cidr(Family family, String text) {

    private static final String EXPECTED = "' is not a network like 10.96.0.0/12 or fd00::/8";

    /** Throws IllegalArgumentException, with a line for the user, when the text is no network or one with host bits set. */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        Family family = host.indexOf(':') >= 0 ? Family.IPV6 : Family.IPV4;
        byte[] address = address(host, family, text);
        int bits = address.length * 8;
        int prefix = slash < 0 ? bits : number(text.substring(slash + 1), bits, text);
        for (int bit = prefix; bit < bits; bit++) {
            if ((address[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                throw new IllegalArgumentException("'" + text + "' is an address inside a /" + prefix
                        + ", not that network: its last " + (bits - prefix) + " bits must be 0");
            }
        }
        return new Cidr(family, host + "/" + prefix);
    }

    private static byte[] address(String host, Family family, String text) {
        if (family == Family.IPV4) {
            return dottedQuad(host, text);
        }
        // Nothing but these characters, so that what follows can be no name to look up.
        boolean literal = host.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0 && c < 128);
        try {
            byte[] address = literal ? InetAddress.getByName(host).getAddress() : new byte[0];
            if (address.length == 16) {
                return address;
            }
        } catch (UnknownHostException e) {
            // Told below, in our words.
        }
        throw new IllegalArgumentException("'" + text + EXPECTED);
    }

    /** Strictly four numbers: the JDK would take {@code 10.1} for 10.0.0.1. */
    private static byte[] dottedQuad(String host, String text) {
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("'" + text + EXPECTED);
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            address[i] = (byte) number(parts[i], 255, text);
        }
        return address;
    }

    private static int number(String digits, int max, String text) {
        boolean plain =
                !digits.isEmpty() && digits.length() <= 3 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = plain ? Integer.parseInt(digits) : -1;
        if (number < 0 || number > max) {
            throw new IllegalArgumentException("'" + text + EXPECTED);
        }
        return number;
    }
}
