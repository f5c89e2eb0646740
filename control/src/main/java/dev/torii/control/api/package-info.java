/**
 * The API server as those see it who write: an object, a path, an answer. Beside fabric8's typed operations since those
 * repeat failed requests on their own, for longer than a leader may lead, and keep an answer's headers to themselves. Start
 * at {@code ClusterApi}. Knows no kinds and decides nothing.
 */
@NullMarked
package dev.torii.control.api;

import org.jspecify.annotations.NullMarked;
