/**
 * The mesh role: what runs beside a service. So far only {@link dev.torii.sidecar.capture}, the rules that bring a pod's
 * traffic to its sidecar.
 */
@NullMarked
package dev.torii.sidecar;

import org.jspecify.annotations.NullMarked;
