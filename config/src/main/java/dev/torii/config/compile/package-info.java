/**
 * Resources in, one {@link dev.torii.routing.Snapshot} out, with everything there is to say about them: findings for
 * their authors and Gateway API statuses.
 *
 * <p>Start at {@link dev.torii.config.compile.SnapshotCompiler}; it reads top to bottom in the order things depend on
 * each other: Gateways and their listeners, ports, routes and what they attach to, backends, rules. For a sidecar the
 * Services take the place of Gateways: see {@code ServiceParents}. What is wrong with one
 * object never keeps another from being served: it compiles to the answer that the Gateway API prescribes. Nothing here
 * does I/O, looks at a clock or keeps state between two compilations.
 */
@NullMarked
package dev.torii.config.compile;

import org.jspecify.annotations.NullMarked;
