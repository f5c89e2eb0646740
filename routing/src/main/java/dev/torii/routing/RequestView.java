package dev.torii.routing;

import org.jspecify.annotations.Nullable;

/** The parts of a request that routing looks at. Implementations answer from what they hold, without allocating. */
public interface RequestView {

    /** Upper case. */
    String method();

    /** From the authority: lower case, without a port; {@code ""} when absent. */
    String host();

    /** Normalised, starting with a slash, without the query. */
    String path();

    /**
     * The header's value, several joined with a comma; null when absent.
     *
     * @param name lower case
     */
    @Nullable
    String header(String name);

    /** The first value of a query parameter, decoded; null when absent. */
    @Nullable
    String query(String name);
}
