/**
 * What people see of the traffic: the access log, the metrics and the proxy's own messages.
 *
 * <p>Start at {@link dev.torii.proxy.telemetry.Observation}: {@link dev.torii.proxy.telemetry.AccessLog},
 * {@link dev.torii.proxy.telemetry.ProxyMetrics} and spans hear of every exchange as an
 * {@link dev.torii.proxy.ExchangeListener} (put together by {@link dev.torii.proxy.telemetry.ExchangeListeners}). {@link dev.torii.proxy.telemetry.Logging} is the one
 * place where the process decides what its messages look like.
 *
 * <p>Nothing here may block, lock or wait on an event loop; what cannot be kept up with is dropped and counted. Every
 * amount that a client or an operator can influence (records waiting, series, remembered warnings) has a bound.
 */
@NullMarked
package dev.torii.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
