package dev.torii.proxy.limit;

import dev.torii.routing.RateLimit;

/**
 * One limit as it is now, for people and metrics.
 *
 * @param keys that have a bucket of their own
 * @param crowded how often a key had to share a bucket, for want of room
 * @param allowed requests that this and all other limits let pass
 * @param refused by this one
 * @param shadow that would have been, were it no shadow
 * @param errors requests of which the store did not tell in time
 */
public record LimitView(
        RateLimit limit, int keys, long crowded, long allowed, long refused, long shadow, long errors) {}
