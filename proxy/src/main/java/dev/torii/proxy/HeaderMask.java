package dev.torii.proxy;

import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/** How values of headers are shown to people, in the log and in traces alike. Immutable; safe on any thread. */
public final class HeaderMask {

    /** Stands for a value that may not be seen. */
    public static final String MASKED = "***";

    private static final int BLOCK = 64;
    private static final int SALT = 32;
    private static final int SHOWN = 8;

    private final byte[] inner;
    private final byte[] outer;

    /** @param salt whoever does not have it cannot find a value by hashing guesses; proxies with the same one hash alike */
    public HeaderMask(byte[] salt) {
        byte[] key = Arrays.copyOf(salt.length > BLOCK ? sha256().digest(salt) : salt, BLOCK);
        inner = xor(key, 0x36);
        outer = xor(key, 0x5c);
    }

    /** With a salt that nobody has. */
    public static HeaderMask random() {
        byte[] salt = new byte[SALT];
        new SecureRandom().nextBytes(salt);
        return new HeaderMask(salt);
    }

    /**
     * A value as it may be shown: itself, or three stars, or {@code sha256:} and 16 hexadecimal digits, the beginning of
     * its HMAC-SHA-256.
     */
    public String show(String value, Mode mode) {
        return switch (mode) {
            case PLAIN -> value;
            case MASK -> MASKED;
            case HASH -> "sha256:" + HexFormat.of().formatHex(hmac(value), 0, SHOWN);
        };
    }

    /** RFC 2104, without the many classes that {@code javax.crypto} brings into a small process. */
    private byte[] hmac(String value) {
        MessageDigest digest = sha256();
        digest.update(inner);
        byte[] once = digest.digest(value.getBytes(StandardCharsets.UTF_8));
        digest.update(outer);
        return digest.digest(once);
    }

    private static byte[] xor(byte[] key, int with) {
        byte[] mixed = new byte[key.length];
        for (int i = 0; i < key.length; i++) {
            mixed[i] = (byte) (key[i] ^ with);
        }
        return mixed;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
