/**
 * The control role: follows a cluster (or files), serves each proxy what it uses over one stream, and writes status. Start
 * at {@code Control}, whose {@code start} is the wiring. No compiling of its own, and no bytes of users.
 */
@NullMarked
package dev.torii.control;

import org.jspecify.annotations.NullMarked;
