package dev.torii.testkit.cases;

import dev.torii.testkit.Listening;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** HTTP/1.1 in clear or over TLS, on plain sockets. */
final class Http1Probe implements Probe {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_INFORMATIONAL = 8;

    private final TlsTrust trust;

    Http1Probe(TlsTrust trust) {
        this.trust = trust;
    }

    @Override
    public Answer ask(int port, Exchange exchange) {
        try (RawHttp connection = connect(port, exchange).timeout(LIMIT)) {
            connection.send(head(exchange));
            RawResponse response = connection.readResponse(exchange.method());
            for (int i = 0; i < MAX_INFORMATIONAL && response.status() < 200; i++) {
                response = connection.readResponse(exchange.method());
            }
            return Answer.http(response.status(), response.headers(), response.body());
        } catch (RuntimeException e) {
            return Failures.answer(e);
        }
    }

    private RawHttp connect(int port, Exchange exchange) {
        if (!exchange.target().isTls()) {
            return RawHttp.connect(port);
        }
        String serverName = exchange.serverName() == null ? exchange.target().host() : exchange.serverName();
        return RawHttp.connectTls(
                Listening.HOST, port, trust.context(exchange.clientCertificate()), serverName, List.of("http/1.1"));
    }

    private static String head(Exchange exchange) {
        StringBuilder head = new StringBuilder();
        head.append(exchange.method())
                .append(' ')
                .append(exchange.target().path())
                .append(" HTTP/1.1\r\n");
        head.append("Host: ").append(exchange.authority()).append("\r\n");
        for (Map.Entry<String, String> header : Requests.headers(exchange)) {
            head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        head.append("Connection: close\r\n");
        if (exchange.method().matches("POST|PUT|PATCH")) {
            head.append("Content-Length: 0\r\n");
        }
        return head.append("\r\n").toString();
    }
}
