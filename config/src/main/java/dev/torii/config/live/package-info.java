/**
 * From what was read to what is served: one change after the other, told in the log once. Start at
 * {@link dev.torii.config.live.Configuration}; a {@link dev.torii.config.live.Role} is what the process does with it. No
 * reading and no compiling here.
 */
@NullMarked
package dev.torii.config.live;

import org.jspecify.annotations.NullMarked;
