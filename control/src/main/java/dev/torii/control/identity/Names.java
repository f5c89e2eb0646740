package dev.torii.control.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * How what belongs to a Gateway is called. A Gateway's name may have 253 characters, dots, and a digit in front; a Service's
 * has 63 at most, no dots and a letter in front (RFC 1035), and a label's value has 63. Where a name has to be changed, a
 * hash of the whole keeps it apart from all others.
 */
public final class Names {

    /** What proxies that serve many Gateways are called, all of them together. */
    public static final String SHARED = "torii-gateway";

    private static final int LONGEST = 63;
    private static final String ENDING = "-torii";
    private static final int HASH = 10;

    private Names() {}

    /**
     * The one name of a Gateway's ServiceAccount, Deployment, Service and PodDisruptionBudget: {@code web-torii}, or, where
     * the Gateway's own does not fit, {@code its-beginning-torii-0123456789}. No two Gateways of a namespace have the same:
     * what ends in a hash does not end as the others do.
     */
    public static String of(String gateway) {
        String letters = gateway.replace('.', '-');
        if (!letters.isEmpty() && Character.isDigit(letters.charAt(0))) {
            letters = "g" + letters;
        }
        if (letters.equals(gateway) && gateway.length() + ENDING.length() <= LONGEST) {
            return gateway + ENDING;
        }
        return cut(letters, LONGEST - ENDING.length() - 1 - HASH) + ENDING + "-" + hash(gateway);
    }

    /** The name as a label's value: as it is, or cut and with a hash. */
    public static String label(String name) {
        return name.length() <= LONGEST ? name : cut(name, LONGEST - 1 - HASH) + "-" + hash(name);
    }

    /** Ends as a name may: not in the middle of a separator. */
    private static String cut(String name, int longest) {
        int end = Math.min(name.length(), longest);
        while (end > 0 && !Character.isLetterOrDigit(name.charAt(end - 1))) {
            end--;
        }
        return name.substring(0, end);
    }

    private static String hash(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
