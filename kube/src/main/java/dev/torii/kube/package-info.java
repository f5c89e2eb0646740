/**
 * What the roles that live in a cluster need of it alike: who of several replicas leads ({@code Election}, by a Lease), and
 * who vouches for their certificates ({@code Authority}, a certificate authority kept in a Secret). Knows nothing of the
 * mesh, of manifests or of proxies.
 */
@NullMarked
package dev.torii.kube;

import org.jspecify.annotations.NullMarked;
