/**
 * How a proxy gets its configuration from control: a WebSocket that carries manifests. Start at
 * {@link dev.torii.config.stream.Message}, what both sides say. No Vert.x, no fabric8: a sidecar loads what is here.
 */
@NullMarked
package dev.torii.config.stream;

import org.jspecify.annotations.NullMarked;
