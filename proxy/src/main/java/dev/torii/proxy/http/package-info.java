/**
 * The HTTP data plane: from a client's request to its answer.
 *
 * <p>Start at {@link dev.torii.proxy.http.HttpConnections} (what comes in on a port), then {@code HttpExchange} (one request), which goes
 * {@code RequestReader} → {@code Routing} → {@code Attempt} → {@code Reply} → {@code Outcome}; what the configuration asks
 * of it was prepared in {@code Plan}. Everything of an exchange happens on the event loop of its client's connection. Nothing
 * here may parse configuration or block.
 */
@NullMarked
package dev.torii.proxy.http;

import org.jspecify.annotations.NullMarked;
