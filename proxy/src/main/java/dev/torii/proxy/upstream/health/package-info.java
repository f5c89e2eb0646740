/**
 * Asks endpoints how they are, where a cluster wants that: {@code GET} of a path, {@code grpc.health.v1.Health/Check}, or a
 * connection.
 *
 * <p>Start at {@link dev.torii.proxy.upstream.health.HealthChecks}, the only class that others call; all the rest runs on
 * one event loop. There is one set of checks in a process, whose word holds on all event loops. The web client stays in
 * {@code WebProbe} and {@code WebQuestion}: a proxy without such checks must not load it.
 */
@NullMarked
package dev.torii.proxy.upstream.health;

import org.jspecify.annotations.NullMarked;
