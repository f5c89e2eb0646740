package dev.torii.routing;

import java.util.List;
import java.util.Locale;

/** Tells by its name what nobody may be shown: {@code authorization}, {@code cookie}, {@code x-api-key} and their like. */
public final class Credentials {

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

    private Credentials() {}

    /** Whether a header, cookie or query parameter of this name, in any case, carries a credential. */
    public static boolean isNamed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return TELLING.stream().anyMatch(lower::contains);
    }
}
