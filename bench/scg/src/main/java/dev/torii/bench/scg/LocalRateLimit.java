package dev.torii.bench.scg;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A token bucket for each value of a header: the gateway's own limiter needs Redis, which would measure Redis. */
final class LocalRateLimit implements GlobalFilter, Ordered {

    private final ConcurrentMap<String, Bucket> buckets = new ConcurrentHashMap<>();
    private final String header;
    private final int perSecond;

    LocalRateLimit(String header, int perSecond) {
        this.header = header;
        this.perSecond = perSecond;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 1;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        String key = exchange.getRequest().getHeaders().getFirst(header);
        Bucket bucket = buckets.computeIfAbsent(key == null ? "" : key, k -> new Bucket(perSecond));
        if (bucket.take()) {
            return chain.filter(exchange);
        }
        exchange.getResponse().setStatusCode(HttpStatus.TOO_MANY_REQUESTS);
        return exchange.getResponse().setComplete();
    }

    private static final class Bucket {
        private final int perSecond;
        private double tokens;
        private long refilled = System.nanoTime();

        Bucket(int perSecond) {
            this.perSecond = perSecond;
            this.tokens = perSecond;
        }

        synchronized boolean take() {
            long now = System.nanoTime();
            tokens = Math.min(perSecond, tokens + (now - refilled) * 1e-9 * perSecond);
            refilled = now;
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }
}
