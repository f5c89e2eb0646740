package dev.torii.bench.scg;

import java.io.File;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/**
 * The peer's process: HTTP/1.1 and HTTP/2 in clear on Spring Boot's own server, both over TLS on a second one, so that
 * one process serves every protocol as the other peers do.
 */
@SpringBootApplication
public class Gateway {

    public static void main(String[] args) {
        SpringApplication.run(Gateway.class, args);
    }

    @Bean
    @ConditionalOnProperty("bench.duties")
    Duties duties(@Value("${bench.log-headers:}") List<String> logged) {
        return new Duties(logged);
    }

    @Bean
    @ConditionalOnProperty("bench.rate-limit")
    LocalRateLimit localRateLimit(
            @Value("${bench.rate-limit}") int perSecond, @Value("${bench.rate-limit-header}") String header) {
        return new LocalRateLimit(header, perSecond);
    }

    @Bean(destroyMethod = "disposeNow")
    @ConditionalOnProperty("bench.tls-port")
    DisposableServer tls(
            HttpHandler handler,
            @Value("${bench.tls-port}") int port,
            @Value("${bench.certificate}") File certificate,
            @Value("${bench.key}") File key) {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                .secure(spec -> spec.sslContext(Http2SslContextSpec.forServer(certificate, key)))
                .maxKeepAliveRequests(-1)
                .handle(new ReactorHttpHandlerAdapter(handler))
                .bindNow();
    }
}
