/**
 * Transparent capture: the iptables rules that send a pod's TCP through its sidecar, put up and taken down again.
 *
 * <p>Start at {@link dev.torii.sidecar.capture.Capture}, the three verbs; {@code CaptureRules} is what the rules are and why,
 * as text; {@code Iptables} is who hands them to the kernel.
 *
 * <p>This runs in an init container, alone and once: it may not touch Vert.x, the rest of Torii, or a file. It changes only
 * chains whose name begins with {@code TORII_}, the two jumps to them, and the address {@code ::6} of the loopback device.
 */
@NullMarked
package dev.torii.sidecar.capture;

import org.jspecify.annotations.NullMarked;
