@NullMarked
package dev.torii.cli;

import org.jspecify.annotations.NullMarked;
