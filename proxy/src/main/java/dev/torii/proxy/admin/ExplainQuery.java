package dev.torii.proxy.admin;

import dev.torii.routing.Explanation;
import dev.torii.routing.ProbeRequest;
import dev.torii.routing.Snapshot;
import java.util.List;
import java.util.stream.Stream;

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

    /**
     * What would happen to that request, in words.
     *
     * @throws IllegalArgumentException with a sentence for the user, when the query makes no sense
     */
    public String explain(Snapshot snapshot) {
        List<String> lines = headers.stream()
                .flatMap(header -> Stream.of(header.name(), header.value()))
                .toList();
        return Explanation.of(snapshot, ProbeRequest.of(method, url, lines));
    }
}
