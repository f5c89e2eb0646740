/**
 * The manifests Torii understands, as immutable records: the Gateway API v1.6 kinds, the core kinds they refer to, and
 * our own {@code torii.dev/v1alpha1} policies.
 *
 * <p>Start at {@link dev.torii.config.resource.ResourceSet}. A record holds only what can be served or must be answered
 * for, with the API's defaults filled in and namespaces of references resolved; parts that stand for themselves (header
 * changes, matches, timeouts) are already the nouns of {@code dev.torii.routing}. Shape has been checked by the time a
 * record exists; references have not. Records do no I/O and know nothing of YAML.
 */
@NullMarked
package dev.torii.config.resource;

import org.jspecify.annotations.NullMarked;
