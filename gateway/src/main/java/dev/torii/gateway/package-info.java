/**
 * The ingress role: joins configuration and data plane over a snapshot. Start at {@link dev.torii.gateway.Gateway}, whose
 * {@code start} is the wiring, readable from top to bottom. No parsing, matching or byte handling here.
 */
@NullMarked
package dev.torii.gateway;

import org.jspecify.annotations.NullMarked;
