package dev.torii.routing;

import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is chosen.
 *
 * @param hashOn for {@link Algorithm#CONSISTENT_HASH}, else null
 * @param slowStartMs over which the share of an endpoint that joins others grows from a tenth to full; 0 is off; not for
 *     {@link Algorithm#CONSISTENT_HASH}, whose keys would wander
 */
public record LoadBalancing(Algorithm algorithm, @Nullable HashKey hashOn, long slowStartMs) {

    public static final LoadBalancing DEFAULT = new LoadBalancing(Algorithm.LEAST_REQUEST, null, 0);

    public enum Algorithm {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM,
        CONSISTENT_HASH
    }
}
