/**
 * The way into a sidecar's data plane: what its app opens (outbound) and what is opened to its app (inbound).
 *
 * <p>Start at {@link dev.torii.proxy.mesh.MeshEntrance}: it finds out where a connection was meant to go and hands it to
 * {@code http} or {@code stream}, which carry it as they carry a gateway's. Nothing here looks at a request or a byte.
 */
@NullMarked
package dev.torii.proxy.mesh;

import org.jspecify.annotations.NullMarked;
