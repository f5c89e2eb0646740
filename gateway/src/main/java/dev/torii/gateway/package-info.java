@NullMarked
package dev.torii.gateway;

import org.jspecify.annotations.NullMarked;
