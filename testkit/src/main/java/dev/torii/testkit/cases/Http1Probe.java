package dev.torii.testkit.cases;

import dev.torii.testkit.Listening;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** HTTP/1.1 in clear or over TLS, on plain sockets, straight or through a proxy. */
final class Http1Probe implements Probe {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_INFORMATIONAL = 8;

    private final TlsTrust trust;
    private final Way way;

    Http1Probe(TlsTrust trust, Way way) {
        this.trust = trust;
        this.way = way;
    }

    @Override
    public Answer ask(int port, Exchange exchange) {
        try (RawHttp connection = connect(port, exchange).timeout(LIMIT)) {
            boolean tunnel = way.isTunnel(exchange);
            if (tunnel) {
                Exchange.Target to = exchange.target();
                String place = to.host() + ":" + to.port();
                connection.send("CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n");
                String answer = connection.readUntil("\r\n\r\n");
                if (!answer.startsWith("HTTP/1.1 200 ")) {
                    return Answer.failed("error", "CONNECT: " + answer.strip());
                }
            }
            connection.send(head(exchange, way == Way.PROXY && !tunnel));
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

    private static String head(Exchange exchange, boolean absolute) {
        StringBuilder head = new StringBuilder();
        head.append(exchange.method())
                .append(' ')
                .append(absolute ? "http://" + exchange.target().authority() : "")
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
