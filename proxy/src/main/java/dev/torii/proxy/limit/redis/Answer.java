package dev.torii.proxy.limit.redis;

/**
 * What the shared budget said.
 *
 * @param granted permits; fewer than needed when there were no more
 * @param left whole permits in the bucket after that
 * @param waitMicros until there is one; 0 when there is
 * @param fullMicros until the bucket is full
 */
record Answer(long granted, long left, long waitMicros, long fullMicros) {}
