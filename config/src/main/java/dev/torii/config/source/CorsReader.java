package dev.torii.config.source;

import dev.torii.routing.Filter;
import java.util.List;

/** Reads {@code filters[].cors}. */
final class CorsReader {

    private static final int MOST = 64;
    private static final int MOST_METHODS = 9;
    private static final int DEFAULT_MAX_AGE = 5;

    private CorsReader() {}

    static Filter read(Fields cors) {
        return new Filter.Cors(
                starAlone(cors, "allowOrigins", MOST, Syntax.ORIGIN),
                cors.get("allowCredentials").bool(false),
                starAlone(cors, "allowMethods", MOST_METHODS, Syntax.CORS_METHOD),
                starAlone(cors, "allowHeaders", MOST, Syntax.HEADER_NAME),
                starAlone(cors, "exposeHeaders", MOST, Syntax.HEADER_NAME),
                cors.get("maxAge").integer(1, Integer.MAX_VALUE, DEFAULT_MAX_AGE));
    }

    private static List<String> starAlone(Fields cors, String name, int most, Syntax syntax) {
        Cell list = cors.get(name);
        List<String> values = list.texts(0, most, syntax);
        if (values.size() > 1 && values.contains("*")) {
            list.error("`*` must be alone in `" + name + "`");
        }
        return values;
    }
}
