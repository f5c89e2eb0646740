/**
 * A cluster as a source of configuration: fabric8's informers in, catalogs out. Start at
 * {@link dev.torii.config.cluster.ClusterSource}. The only place in config that sees fabric8; nothing here knows what
 * objects mean.
 */
@NullMarked
package dev.torii.config.cluster;

import org.jspecify.annotations.NullMarked;
