/**
 * The data plane for connections that are not HTTP: TCP, and TLS told apart by server name, passed on or ended here.
 *
 * <p>Start at {@link dev.torii.proxy.stream.StreamEntrance} (a port), then {@code StreamSession} (one connection). Bytes
 * go across below Vert.x' handlers, which cannot half-close. Everything of a session happens on one event loop.
 */
@NullMarked
package dev.torii.proxy.stream;

import org.jspecify.annotations.NullMarked;
