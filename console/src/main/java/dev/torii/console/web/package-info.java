/**
 * The console's pages: its API, and the files of the front end. {@link dev.torii.console.web.Pages} is how every answer is
 * sent, {@link dev.torii.console.web.Visitors} says who may ask.
 *
 * <p>Nothing is computed on the event loop but what is small.
 */
@NullMarked
package dev.torii.console.web;

import org.jspecify.annotations.NullMarked;
