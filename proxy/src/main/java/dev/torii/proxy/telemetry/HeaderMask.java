package dev.torii.proxy.telemetry;

import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * How the value of one header may be shown to people. A header that carries a credential ({@code authorization},
 * {@code cookie}, {@code x-api-key} and their like) is never shown plain, whatever was asked for. Immutable; safe on any
 * thread; made once per configured header.
 */
public final class HeaderMask {

    /** Stands for a value that may not be seen. */
    public static final String MASKED = "***";

    private static final int HASH_BYTES = 8;

    /** Any of these in a name gives a credential away. */
    private static final List<String> TELLING = List.of(
            "authorization",
            "x-auth",
            "cookie",
            "session",
            "token",
            "secret",
            "passw",
            "credential",
            "api-key",
            "apikey",
            "api_key",
            "access-key",
            "signature");

    private final Mode mode;

    private HeaderMask(Mode mode) {
        this.mode = mode;
    }

    /** The mask of a header for which {@code asked} was configured. */
    public static HeaderMask of(String header, Mode asked) {
        return new HeaderMask(asked == Mode.PLAIN && isSecret(header) ? Mode.MASK : asked);
    }

    /** Whether a header, cookie or query parameter of this name, in any case, carries a credential. */
    public static boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return TELLING.stream().anyMatch(lower::contains);
    }

    /** The value as it may be shown. */
    public String apply(String value) {
        return switch (mode) {
            case PLAIN -> value;
            case MASK -> MASKED;
            case HASH -> "sha256:" + HexFormat.of().formatHex(sha256(value), 0, HASH_BYTES);
        };
    }

    private static byte[] sha256(String value) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
