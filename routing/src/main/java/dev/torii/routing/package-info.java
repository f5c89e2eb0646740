/**
 * The heart of Torii: what a proxy serves, as one immutable {@link dev.torii.routing.Snapshot}, and the pure
 * functions that answer "which listener, which rule, which backend".
 *
 * <p>Start at {@link dev.torii.routing.Snapshot}, then {@link dev.torii.routing.Port} (which listener) and
 * {@link dev.torii.routing.RouteTable} (which rule); for a sidecar {@link dev.torii.routing.Mesh} (which Service).
 * Nothing here may touch I/O, threads, clocks, Vert.x, YAML, JSON, metrics or logging: whoever needs to know where a
 * request goes can ask this package on any thread.
 */
@NullMarked
package dev.torii.routing;

import org.jspecify.annotations.NullMarked;
