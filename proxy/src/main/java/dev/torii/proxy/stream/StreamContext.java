package dev.torii.proxy.stream;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.upstream.Upstreams;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Supplier;

/**
 * What sessions of one event loop share.
 *
 * @param loop where Vert.x shall call back: a connection that had to wait is not taken by a thread that Vert.x knows
 * @param role as the log names it
 * @param plan the newest one; pinned by each session
 */
public record StreamContext(
        ContextInternal loop, String role, Supplier<Plan> plan, Upstreams upstreams, ExchangeListener listener) {}
