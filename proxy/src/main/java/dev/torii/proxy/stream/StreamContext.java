package dev.torii.proxy.stream;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.upstream.Upstreams;
import java.util.function.Supplier;

/**
 * What sessions of one event loop share.
 *
 * @param role as the log names it
 * @param plan the newest one; pinned by each session
 */
public record StreamContext(String role, Supplier<Plan> plan, Upstreams upstreams, ExchangeListener listener) {}
