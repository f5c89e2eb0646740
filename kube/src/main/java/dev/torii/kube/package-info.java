/**
 * What the roles that live in a cluster need of it alike: the way to it ({@link dev.torii.kube.Cluster}), who of several
 * replicas leads ({@link dev.torii.kube.Election}, by a Lease), who vouches for their certificates
 * ({@link dev.torii.kube.Authority}, a certificate authority kept in a Secret), and by what others trust them
 * ({@link dev.torii.kube.Bundles}). Knows nothing of the mesh, of manifests or of proxies.
 */
@NullMarked
package dev.torii.kube;

import org.jspecify.annotations.NullMarked;
