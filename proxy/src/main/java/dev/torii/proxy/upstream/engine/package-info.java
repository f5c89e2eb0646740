/**
 * The only place that sees Resilience4j: its engines as protocols of permission, asked on event loops, without its
 * schedulers, its waiting and its events.
 */
@NullMarked
package dev.torii.proxy.upstream.engine;

import org.jspecify.annotations.NullMarked;
