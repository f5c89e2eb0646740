/**
 * The pages by which operators and probes look into a running proxy, and the two things they may do to it: change the
 * log level and drain.
 *
 * <p>Start at {@link dev.torii.proxy.admin.AdminServer}; {@link dev.torii.proxy.admin.AdminSources} is all that it knows
 * of the rest. It may not reach into the data plane, render anything large on an event loop, or show a secret.
 */
@NullMarked
package dev.torii.proxy.admin;

import org.jspecify.annotations.NullMarked;
