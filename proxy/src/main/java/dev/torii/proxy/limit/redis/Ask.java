package dev.torii.proxy.limit.redis;

/**
 * One question to the shared budget.
 *
 * @param needed permits that requests wait for now
 * @param extra permits to hold for those to come; only a part of what is left is given for that
 * @param since when the first of the waiting requests came, by the lease's clock
 */
record Ask(Lease lease, Terms terms, long needed, long extra, long since) {}
