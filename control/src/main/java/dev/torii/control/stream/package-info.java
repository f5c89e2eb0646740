/**
 * Serves proxies over WebSockets, each with the manifests it uses and no others, and knows what they acknowledged. Start at
 * {@code StreamServer}. Blocks no event loop: what is chosen and written for a proxy is made on control's one thread.
 */
@NullMarked
package dev.torii.control.stream;

import org.jspecify.annotations.NullMarked;
