/**
 * The data plane: moves bytes by a {@link dev.torii.routing.Snapshot} and records what happened.
 *
 * <p>It may not touch YAML, Kubernetes, environment variables or process exit. OpenTelemetry lives in {@code telemetry}
 * only, Resilience4j in {@code upstream} only. Everything of one connection stays on one event loop.
 */
@NullMarked
package dev.torii.proxy;

import org.jspecify.annotations.NullMarked;
