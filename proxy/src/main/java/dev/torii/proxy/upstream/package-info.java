/**
 * Where a request goes next: endpoints, balancing, connection pools, and the two ways of speaking to a backend.
 *
 * <p>Start at {@link dev.torii.proxy.upstream.Upstreams}, which is one event loop's own world. What all loops have to know
 * together (limits, breakers, health) is in {@link dev.torii.proxy.upstream.Guards}, and only that is shared; a try passes it
 * with a {@link dev.torii.proxy.upstream.Turn}. It knows nothing of routes.
 */
@NullMarked
package dev.torii.proxy.upstream;

import org.jspecify.annotations.NullMarked;
