package dev.torii.routing;

/** A new path for a redirect or rewrite. Source: Gateway API {@code HTTPPathModifier}. */
public sealed interface PathChange {

    /**
     * The new path.
     *
     * @param path the request's path, without the query
     * @param matched the match that won; only a {@link PathMatch.Prefix} can be replaced as a prefix
     */
    String apply(String path, PathMatch matched);

    /** {@code ReplaceFullPath}. */
    record Full(String replacement) implements PathChange {

        public Full {
            WireText.check(replacement);
        }

        @Override
        public String apply(String path, PathMatch matched) {
            return replacement;
        }
    }

    /** {@code ReplacePrefixMatch}; trailing slashes of prefix and replacement do not matter. */
    record Prefix(String replacement) implements PathChange {

        public Prefix {
            WireText.check(replacement);
        }

        @Override
        public String apply(String path, PathMatch matched) {
            int cut = matched instanceof PathMatch.Prefix prefix
                            && !prefix.value().equals("/")
                    ? Math.min(prefix.value().length(), path.length())
                    : 0;
            String rest = path.substring(cut);
            String head = replacement.endsWith("/") ? replacement.substring(0, replacement.length() - 1) : replacement;
            if (rest.isEmpty()) {
                return replacement.isEmpty() ? "/" : replacement;
            }
            return rest.startsWith("/") ? head + rest : head + "/" + rest;
        }
    }
}
