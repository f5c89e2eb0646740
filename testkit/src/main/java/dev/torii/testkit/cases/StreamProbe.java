package dev.torii.testkit.cases;

import dev.torii.testkit.Listening;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.TcpEchoServer;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A TCP or TLS connection to {@link TcpEchoServer}. */
final class StreamProbe implements Probe {

    private final TlsTrust trust;

    StreamProbe(TlsTrust trust) {
        this.trust = trust;
    }

    @Override
    public Answer ask(int port, Exchange exchange) {
        try (RawHttp connection = connect(port, exchange)) {
            String greeting = connection.readUntil("\n").strip();
            if (!greeting.equals(TcpEchoServer.GREETING)) {
                return Answer.failed("error", "greeted with: " + greeting);
            }
            Map<String, String> said = new LinkedHashMap<>();
            for (Check check : exchange.checks()) {
                if (check instanceof Check.Says says) {
                    said.put(says.said(), say(connection, says.said()));
                }
            }
            String report = say(connection, "TEST");
            return new Answer("connected", List.of(), report, echo(report), said, "");
        } catch (RuntimeException e) {
            return Failures.answer(e);
        }
    }

    private RawHttp connect(int port, Exchange exchange) {
        return exchange.target().isTls()
                ? RawHttp.connectTls(
                        Listening.HOST,
                        port,
                        trust.context(exchange.clientCertificate()),
                        exchange.target().host(),
                        List.of())
                : RawHttp.connect(port);
    }

    private static String say(RawHttp connection, String line) {
        return connection.send(line + "\n").readUntil("\n").strip();
    }

    /** In the shape of the HTTP echo, so that {@code saw SNI} is judged in one way. */
    private static @Nullable JsonObject echo(String report) {
        JsonObject echo = Answer.echoOf(report);
        return echo == null
                ? null
                : echo.put("tls", new JsonObject().put("serverName", echo.getString("serverName", "")));
    }
}
