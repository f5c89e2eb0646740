/**
 * The mesh role: a process beside a service that carries what its app opens (outbound) and what is opened to it
 * (inbound). Start at {@link dev.torii.sidecar.Sidecar}, whose {@code start} is the wiring;
 * {@link dev.torii.sidecar.capture} makes the rules that bring a pod's traffic here. No parsing, matching or byte handling.
 */
@NullMarked
package dev.torii.sidecar;

import org.jspecify.annotations.NullMarked;
