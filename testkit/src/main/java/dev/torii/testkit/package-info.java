/**
 * Fixtures for tests, and nothing that ships: backends that behave ({@link dev.torii.testkit.EchoBackend},
 * {@link dev.torii.testkit.GrpcEchoServer}, {@link dev.torii.testkit.TcpEchoServer}), one that does not
 * ({@link dev.torii.testkit.MisbehavingBackend}), an API server ({@link dev.torii.testkit.kube.ApiServer}), and a client that sends exactly the bytes it is told
 * ({@link dev.torii.testkit.RawHttp}).
 *
 * <p>Start at {@link dev.torii.testkit.EchoBackend}. Everything listens on loopback, on ports that the system picks,
 * and is {@link AutoCloseable}. Methods block: call them from a test's thread, never from an event loop. This module
 * may not know any other module of the house, so that it can judge them all.
 */
@NullMarked
package dev.torii.testkit;

import org.jspecify.annotations.NullMarked;
