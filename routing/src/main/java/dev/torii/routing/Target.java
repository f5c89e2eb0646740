package dev.torii.routing;

/** Where a backend reference leads. */
public sealed interface Target {

    /** To a cluster of the same snapshot. */
    record ToCluster(String key) implements Target {

        /** {@code namespace/service:port}, in whatever way it is reached. */
        String service() {
            int suffix = key.indexOf('#');
            return suffix < 0 ? key : key.substring(0, suffix);
        }
    }

    /**
     * Nowhere: the reference is wrong, and its share of requests gets 500.
     *
     * @param detail one lower_snake word for {@code x-torii-reason}: {@code backend_not_found}, {@code ref_not_permitted},
     *     {@code invalid_kind}, {@code unsupported_protocol}, {@code unsupported_filter}
     */
    record Invalid(String detail) implements Target {}
}
