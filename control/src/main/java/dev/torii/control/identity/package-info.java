/** Who a proxy is, and so what it may ask for. Start at {@link dev.torii.control.identity.Identities}. */
@NullMarked
package dev.torii.control.identity;

import org.jspecify.annotations.NullMarked;
