/**
 * The proxies, asked again and again how they are, by their admin ports. Start at {@link dev.torii.console.mesh.Mesh};
 * {@link dev.torii.console.mesh.ServiceGraph} and {@link dev.torii.console.mesh.Routes} are what is made of their answers.
 *
 * <p>What a proxy answers has bounds and may be nonsense: then that proxy is shown as it is, and the others too. Nothing
 * here changes a proxy.
 */
@NullMarked
package dev.torii.console.mesh;

import org.jspecify.annotations.NullMarked;
