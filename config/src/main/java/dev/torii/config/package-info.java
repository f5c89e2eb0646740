/**
 * Manifests in, typed resources and findings out, compiled to a {@link dev.torii.routing.Snapshot}.
 *
 * <p>Start at {@link dev.torii.config.source.ManifestReader} (text to resources), then
 * {@link dev.torii.config.resource.ResourceSet} (what was read). Everything that is wrong with a manifest becomes a
 * {@link dev.torii.config.Finding} with its file, line and column; nothing in this module throws at bad input. It may not
 * touch Vert.x, Netty, OpenTelemetry or Resilience4j, and it does not know the data plane.
 */
@NullMarked
package dev.torii.config;

import org.jspecify.annotations.NullMarked;
