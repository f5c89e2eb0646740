/**
 * The access logs of all proxies as one: {@link dev.torii.console.log.LogTails} follows them,
 * {@link dev.torii.console.log.LogBook} keeps the last lines and hands new ones to whoever watches, and
 * {@link dev.torii.console.log.LogFilter} is the language in which people say which lines they want.
 *
 * <p>Apart from filters and lines, which are values, all of it belongs to one event loop.
 */
@NullMarked
package dev.torii.console.log;

import org.jspecify.annotations.NullMarked;
