/**
 * A small mesh of real processes under load while parts of it fail. Start at {@code ChaosTest} and {@code CascadeTest};
 * {@code Pod} is an app with its sidecar, {@code MoodyApp} the app, {@code Flow} those who call it.
 */
@NullMarked
package dev.torii.cli.stress;

import org.jspecify.annotations.NullMarked;
