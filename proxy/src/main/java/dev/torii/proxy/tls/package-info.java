/**
 * Who we say we are to clients, and whom we believe among backends.
 *
 * <p>Start at {@link dev.torii.proxy.tls.ListenerIdentity} (certificates of listeners, chosen by server name, replaced
 * without touching a socket) and {@link dev.torii.proxy.tls.UpstreamTlsOptions} (trust in backends). Both hand out what
 * Vert.x wants and what a bare Netty pipeline wants. Reading PEM costs milliseconds, so nothing here may be built on an
 * event loop; what is built may be used on any. No key material may reach a log line or an error text.
 */
@NullMarked
package dev.torii.proxy.tls;

import org.jspecify.annotations.NullMarked;
