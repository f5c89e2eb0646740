/**
 * Rate limits: how many requests may pass, counted in one bucket or in one for each key. Start at {@link
 * dev.torii.proxy.limit.Buckets}. Knows nothing of HTTP connections: what stands in a request's way with what is found
 * here is in {@code proxy.http}.
 */
@NullMarked
package dev.torii.proxy.limit;

import org.jspecify.annotations.NullMarked;
