package dev.torii.config.source;

import dev.torii.routing.HashKey;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads what a choice or a limit is made by: exactly one of a header, a cookie and the client's address. */
final class KeyReader {

    private KeyReader() {}

    /** @param address what the field for the client's address is called here */
    static @Nullable HashKey read(Fields fields, String address) {
        fields.exclusive("header", "cookie", address);
        Cell byAddress = fields.get(address);
        if (byAddress.isPresent() && !byAddress.bool(true)) {
            byAddress.error("`" + address + "` must be `true` or left out");
        }
        if (fields.has("header")) {
            return new HashKey(
                    HashKey.Source.HEADER,
                    fields.get("header").text(Syntax.HEADER_NAME).toLowerCase(Locale.ROOT));
        } else if (fields.has("cookie")) {
            return new HashKey(HashKey.Source.COOKIE, fields.get("cookie").text(Syntax.SESSION_NAME));
        } else if (byAddress.isPresent()) {
            return new HashKey(HashKey.Source.CLIENT_ADDRESS, "");
        }
        fields.error("MissingField", "one of `header`, `cookie` and `" + address + "` must be set");
        return null;
    }
}
