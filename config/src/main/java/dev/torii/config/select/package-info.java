/**
 * What of a mesh one proxy uses. Start at {@link dev.torii.config.select.SelectionIndex}. Pure: no threads, no clocks, and no
 * compiling; it only has to agree with the compiler on what follows from what, which {@code SelectionTest} checks.
 */
@NullMarked
package dev.torii.config.select;

import org.jspecify.annotations.NullMarked;
