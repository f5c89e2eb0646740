/**
 * The mesh as a kernel sees it: pods as network namespaces, real rules, real sidecars. Start at
 * {@code MeshNetworkTest}; {@code MeshPods} is what it stands on, {@code PodApp} what runs in the pods.
 */
@NullMarked
package dev.torii.cli.mesh;

import org.jspecify.annotations.NullMarked;
