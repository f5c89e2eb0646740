/**
 * Where a request goes next: endpoints, balancing, connection pools, and the two ways of speaking to a backend.
 *
 * <p>Start at {@link dev.torii.proxy.upstream.Upstreams}, which is one event loop's own world: nothing in this package is
 * shared between loops, so nothing is locked. It knows nothing of routes.
 */
@NullMarked
package dev.torii.proxy.upstream;

import org.jspecify.annotations.NullMarked;
