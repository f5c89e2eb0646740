@NullMarked
package dev.torii.config;

import org.jspecify.annotations.NullMarked;
