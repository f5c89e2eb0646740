/**
 * Whether a cluster has what Torii needs, and Torii what it needs of the cluster: {@code torii kube check}. Start at
 * {@link dev.torii.kube.preflight.Preflight}, which asks each of the others for its findings. Nothing here changes anything.
 */
@NullMarked
package dev.torii.kube.preflight;

import org.jspecify.annotations.NullMarked;
