@NullMarked
package dev.torii.testkit;

import org.jspecify.annotations.NullMarked;
