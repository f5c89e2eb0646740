/**
 * The {@code torii} command: one class a subcommand, each of which reads its options, calls a role, and turns the outcome
 * into lines and an exit code (0 clean, 1 findings or failure, 2 usage).
 *
 * <p>Start at {@link dev.torii.cli.Torii}. No logic lives here: whatever could be wrong about a request or a manifest is
 * decided in the room it belongs to.
 */
@NullMarked
package dev.torii.cli;

import org.jspecify.annotations.NullMarked;
