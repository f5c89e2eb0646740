package dev.torii.cli;

import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A gateway, the app {@code web} behind it, and the app {@code cart} that web calls, each with a sidecar; all proxies are
 * processes. Web passes on headers as the README asks for. One of the endpoints of cart is nobody,
 * so that a call is tried again.
 */
final class Shop implements AutoCloseable {

    private static final String MANIFESTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw}
            spec: {gatewayClassName: torii, listeners: [{name: http, protocol: HTTP, port: @GATEWAY@}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: shop}
            spec:
              parentRefs: [{name: gw}]
              rules: [{backendRefs: [{name: web, port: 80}]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, annotations: {torii.dev/endpoints: "127.0.0.1:@WEB@"}}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, annotations: {torii.dev/endpoints: "127.0.0.1:@CART@,127.0.0.1:@NOBODY@"}}
            spec: {ports: [{name: http, port: 80}]}
            ---
            """;

    private final int outbound = FreePort.find();
    private final int entry = FreePort.find();
    private final MisbehavingBackend web = MisbehavingBackend.start(connection -> {
        connection.send(callCart(connection.readHead()));
    });
    private final MisbehavingBackend cart;
    private final List<ToriiProcess> proxies;

    /**
     * @param home for files of the processes
     * @param environment of each proxy
     * @param manifests further ones
     * @param cartHeaders lines of cart's answers
     */
    Shop(Path home, Map<String, String> environment, String manifests, String cartHeaders) throws IOException {
        cart = MisbehavingBackend.start(connection -> {
            connection.readHead();
            connection.send("HTTP/1.1 200 OK\r\n" + cartHeaders + "content-length: 0\r\nconnection: close\r\n\r\n");
        });
        int webIn = FreePort.find();
        int cartIn = FreePort.find();
        Path config = Files.writeString(
                home.resolve("all.yaml"),
                MANIFESTS
                        .concat(manifests)
                        .replace("@GATEWAY@", Integer.toString(entry))
                        .replace("@WEB@", Integer.toString(webIn))
                        .replace("@CART@", Integer.toString(cartIn))
                        .replace("@NOBODY@", Integer.toString(FreePort.find())));
        proxies = List.of(
                ToriiProcess.gateway(home, "gateway", config, environment),
                sidecar(home, config, "web", environment, webIn, outbound, web.port()),
                sidecar(home, config, "cart", environment, cartIn, FreePort.find(), cart.port()));
    }

    private static ToriiProcess sidecar(
            Path home, Path config, String service, Map<String, String> environment, int in, int out, int app) {
        String[] ports = {
            "--inbound", "127.0.0.1:" + in, "--outbound", "127.0.0.1:" + out, "--app", Integer.toString(app)
        };
        return ToriiProcess.sidecar(home, service, config, service, environment, ports);
    }

    private String callCart(String head) {
        String passed = Stream.of(head.split("\r\n"))
                .skip(1)
                .filter(line -> !line.toLowerCase(Locale.ROOT).matches("(host|connection|content-length):.*"))
                .map(line -> line + "\r\n")
                .collect(Collectors.joining());
        try (RawHttp call = RawHttp.connect(outbound)) {
            int status = call.send("GET http://cart/items HTTP/1.1\r\nHost: cart\r\n" + passed + "\r\n")
                    .readResponse()
                    .status();
            return "HTTP/1.1 " + status + " From Cart\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        }
    }

    /** Asks for a page with these header lines, each with its end; the status of the answer. */
    int ask(String headers) {
        try (RawHttp client = RawHttp.connect(entry)) {
            return client.send("GET /page HTTP/1.1\r\nHost: shop.example\r\n" + headers + "\r\n")
                    .readResponse()
                    .status();
        }
    }

    /** The heads of requests that cart has had. */
    List<String> cartRequests() {
        return cart.requests();
    }

    /** The gateway, web's sidecar, cart's sidecar. */
    List<ToriiProcess> proxies() {
        return proxies;
    }

    @Override
    public void close() {
        proxies.forEach(ToriiProcess::close);
        cart.close();
        web.close();
    }
}
