/**
 * Limits that several proxies count together, in a Redis. Start at {@link dev.torii.proxy.limit.redis.RedisBuckets}; what is
 * exact about it, and what is not, is said at {@link dev.torii.proxy.limit.redis.Lease}.
 *
 * <p>Nothing here keeps a request waiting for longer than a few milliseconds, and no class of it is loaded in a process
 * without a limit that wants it.
 */
@NullMarked
package dev.torii.proxy.limit.redis;

import org.jspecify.annotations.NullMarked;
