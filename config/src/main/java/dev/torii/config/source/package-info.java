/**
 * Where manifests come from: text and files. Strict: what is unknown or wrong is a finding at its file, line and column.
 *
 * <p>Start at {@link dev.torii.config.source.ManifestReader}, then {@link dev.torii.config.source.FileSource} for the
 * following of changes. Nothing here looks at more than one object at a time: what references mean is not known here.
 */
@NullMarked
package dev.torii.config.source;

import org.jspecify.annotations.NullMarked;
