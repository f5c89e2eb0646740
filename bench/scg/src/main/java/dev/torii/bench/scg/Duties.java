package dev.torii.bench.scg;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Request id (made, passed on, echoed) and the JSON access log with chosen request headers. */
final class Duties implements GlobalFilter, Ordered {

    private static final Logger ACCESS = LoggerFactory.getLogger("access");

    private final List<String> logged;

    Duties(List<String> logged) {
        this.logged = logged;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        long start = System.nanoTime();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        ServerHttpRequest request =
                exchange.getRequest().mutate().header("x-request-id", id).build();
        exchange.getResponse().getHeaders().set("x-request-id", id);
        ServerWebExchange identified = exchange.mutate().request(request).build();
        return chain.filter(identified).doFinally(signal -> ACCESS.info(line(identified, id, start)));
    }

    private String line(ServerWebExchange exchange, String id, long startNanos) {
        ServerHttpRequest request = exchange.getRequest();
        HttpHeaders headers = request.getHeaders();
        HttpStatusCode status = exchange.getResponse().getStatusCode();
        Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        URI target = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
        InetSocketAddress client = request.getRemoteAddress();
        JsonLine line = new JsonLine()
                .text("time", Instant.now().toString())
                .text("request_id", id)
                .text("role", "gateway")
                .text("method", request.getMethod().name())
                .text("scheme", request.getURI().getScheme())
                .text("authority", headers.getFirst(HttpHeaders.HOST))
                .text("path", request.getURI().getRawPath())
                .number("status", status == null ? 0 : status.value())
                .number("duration_ms", (System.nanoTime() - startNanos) / 1_000_000)
                .number("bytes_in", Math.max(0, headers.getContentLength()))
                .number("bytes_out", Math.max(0, exchange.getResponse().getHeaders().getContentLength()))
                .text("route", route == null ? "" : route.getId())
                .text("endpoint", target == null ? "" : target.getAuthority())
                .text("client", client == null ? "" : client.getAddress().getHostAddress())
                .text("user_agent", headers.getFirst(HttpHeaders.USER_AGENT));
        if (!logged.isEmpty()) {
            line.open("headers");
            for (String name : logged) {
                line.text(name, headers.getFirst(name));
            }
            line.close();
        }
        return line.end();
    }
}
