package dev.torii.proxy.admin;

import java.util.List;

/**
 * A request that somebody wonders about.
 *
 * @param method as given, {@code GET} when not
 * @param url as given: {@code http://shop.example/cart?x=1}; not parsed yet
 * @param headers in the order given; names may come twice
 */
public record ExplainQuery(String method, String url, List<Header> headers) {

    /** One header line. */
    public record Header(String name, String value) {

        /**
         * Reads {@code name: value}.
         *
         * @throws IllegalArgumentException with a sentence for the user
         */
        static Header parse(String line) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IllegalArgumentException("a header is given as name:value, not as \"" + line + "\"");
            }
            return new Header(
                    line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
    }

    public ExplainQuery {
        headers = List.copyOf(headers);
    }
}
