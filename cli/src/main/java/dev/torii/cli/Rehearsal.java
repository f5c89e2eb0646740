package dev.torii.cli;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * What the launcher lets a JVM do once, so that it can write the classes which that loads into an archive: a sidecar whose
 * app is a gateway carries one of each kind of traffic, is watched, then both drain. Not a command; exit code 0 when
 * all went well. Spans are not exported: on JDK 25 that archive costs every sidecar 7 MiB, and one that exports saves 1.
 *
 * <p>A request goes client → outbound → inbound → gateway → the sidecar's own admin port, so that no other program is
 * needed.
 */
final class Rehearsal {

    private static final byte[] H2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] H2_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    /** GET, http, "/" and an authority with a literal value: three indexed fields and one that is not (RFC 7541). */
    private static final byte[] H2_FIELDS = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 8};

    private static final String APP = "app.shop"; // 8 characters, as H2_FIELDS says
    private static final int H2_HEADERS = 1;

    private final int inbound;
    private final int outbound;
    private final int admin;
    private final int gateway;
    private final int gatewayAdmin;
    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    private Rehearsal(List<Integer> ports) {
        inbound = ports.get(0);
        outbound = ports.get(1);
        admin = ports.get(2);
        gateway = ports.get(3);
        gatewayAdmin = ports.get(4);
    }

    /** @param args none */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("torii-rehearsal");
        Path config = folder.resolve("mesh.yaml");
        Rehearsal rehearsal = new Rehearsal(freePorts(5));
        try {
            Files.writeString(config, rehearsal.manifests());
            rehearsal.play(folder.toString());
        } finally {
            Files.deleteIfExists(config);
            Files.delete(folder);
        }
        rehearsal.failed.forEach(System.err::println);
        System.exit(rehearsal.failed.isEmpty() ? Torii.CLEAN : Torii.FAILURE);
    }

    private void play(String config) throws IOException, InterruptedException {
        command("check", config).join();
        Thread front = command(
                "gateway",
                "--config",
                config,
                "--bind",
                "127.0.0.1",
                "--admin",
                at(gatewayAdmin),
                "--event-loops",
                "1");
        Thread sidecar = command(
                "sidecar",
                "--config=" + config,
                "--service=shop/app",
                "--app=" + gateway,
                "--inbound=" + at(inbound),
                "--outbound=" + at(outbound),
                "--admin=" + at(admin));
        untilReady(gatewayAdmin);
        untilReady(admin);
        logged();
        expect(
                "an outside address",
                exchange(outbound, request("GET", "http://" + at(admin) + "/ready", at(admin))),
                "200");
        stream();
        h2c();
        String scrape = "GET /metrics HTTP/1.1\r\naccept: application/openmetrics-text\r\n";
        expect(
                "OpenMetrics",
                exchange(admin, scrape + "host: " + at(admin) + "\r\nconnection: close\r\n\r\n"),
                "# EOF");
        exchange(gatewayAdmin, request("POST", "/drain", at(gatewayAdmin)));
        exchange(admin, request("POST", "/drain", at(admin)));
        front.join();
        sidecar.join();
    }

    /** Hears nothing of the environment: no variable of whoever builds may change the archive. */
    private Thread command(String... arguments) {
        Thread thread = new Thread(
                () -> {
                    CommandLine line = Torii.commandLine();
                    for (CommandLine each : line.getSubcommands().values()) {
                        var role = each.getCommandSpec().mixins().get("role");
                        if (role != null && role.userObject() instanceof RoleOptions options) {
                            options.environment = Map.of();
                        }
                    }
                    if (line.execute(arguments) != Torii.CLEAN) {
                        failed.add("failed: torii " + String.join(" ", arguments));
                    }
                },
                "rehearsal-" + arguments[0]);
        thread.start();
        return thread;
    }

    private void expect(String what, String answer, String part) {
        if (!answer.contains(part)) {
            failed.add(what + " got: " + answer);
        }
    }

    private void untilReady(int port) throws IOException {
        while (failed.isEmpty()) {
            try {
                if (exchange(port, request("GET", "/ready", at(port))).startsWith("HTTP/1.1 200")) {
                    return;
                }
            } catch (ConnectException notYet) {
                Thread.onSpinWait();
            }
        }
    }

    /** A request whose line, with a header of it, comes to one who follows the log. */
    private void logged() throws IOException {
        try (Socket follower = new Socket(InetAddress.getLoopbackAddress(), admin)) {
            send(follower, request("GET", "/log", at(admin)));
            expect("/log", readText(follower, "\r\n\r\n"), "200");
            expect("HTTP/1.1", exchange(outbound, request("GET", "/ready", APP)), "200");
            readText(follower, "/ready");
        }
    }

    /** A tunnel through the outbound port, as a client of an HTTP proxy opens it. */
    private void stream() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), outbound)) {
            send(socket, "CONNECT raw.shop:81 HTTP/1.1\r\nhost: raw.shop:81\r\n\r\n");
            expect("CONNECT", readText(socket, "\r\n\r\n"), "200");
            send(socket, request("GET", "/metrics", at(admin)));
            expect("a stream", readText(socket, null), "200");
        }
    }

    /** One request over HTTP/2 with prior knowledge; ends with the first frame of an answer. */
    private void h2c() throws IOException {
        var request = new ByteArrayOutputStream();
        request.write(H2_PREFACE);
        request.write(H2_SETTINGS);
        request.write(new byte[] {0, 0, (byte) (H2_FIELDS.length + APP.length()), H2_HEADERS, 5, 0, 0, 0, 1});
        request.write(H2_FIELDS);
        request.write(APP.getBytes(StandardCharsets.US_ASCII));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), outbound)) {
            socket.getOutputStream().write(request.toByteArray());
            var in = new DataInputStream(socket.getInputStream());
            for (int type = -1; type != H2_HEADERS; ) {
                int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
                type = in.readUnsignedByte();
                in.readFully(new byte[5 + length]);
            }
        }
    }

    private static String exchange(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            send(socket, request);
            return readText(socket, null);
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** What comes, up to that ending or, without one, to the end. */
    private static String readText(Socket socket, @Nullable String ending) throws IOException {
        var in = socket.getInputStream();
        var text = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            text.append((char) next);
            if (ending != null && text.indexOf(ending) >= 0) {
                break;
            }
        }
        return text.toString();
    }

    private static String request(String method, String target, String host) {
        return method + " " + target + " HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n\r\n";
    }

    private static String at(int port) {
        return "127.0.0.1:" + port;
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }

    private String manifests() {
        return String.format(Locale.ROOT, """
                apiVersion: v1
                kind: Service
                metadata: {name: app, namespace: shop, annotations: {torii.dev/endpoints: "127.0.0.1:%1$d"}}
                spec: {ports: [{name: http, port: 80, targetPort: %2$d}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: raw, namespace: shop, annotations: {torii.dev/endpoints: "127.0.0.1:%3$d"}}
                spec: {ports: [{name: tcp, port: 81}]}
                ---
                apiVersion: torii.dev/v1alpha1
                kind: TelemetryPolicy
                metadata: {name: everything, namespace: shop}
                spec: {accessLog: {requestHeaders: [{name: host}, {name: x-user, mode: Hash}]}}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: front, namespace: shop}
                spec:
                  gatewayClassName: torii
                  listeners: [{name: http, protocol: HTTP, port: %2$d}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: app, namespace: shop}
                spec:
                  parentRefs: [{name: front}]
                  rules:
                  - matches: [{path: {type: PathPrefix, value: /}, method: GET}]
                    filters: [{type: URLRewrite, urlRewrite: {hostname: localhost}}]
                    backendRefs: [{name: raw, port: 81}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: reviews, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: app}]
                  rules:
                  - filters:
                    - type: RequestHeaderModifier
                      requestHeaderModifier: {set: [{name: x-rehearsal, value: "true"}]}
                    retry: {attempts: 1, codes: [503]}
                    backendRefs: [{name: app, port: 80}]
                ---
                apiVersion: torii.dev/v1alpha1
                kind: BackendPolicy
                metadata: {name: app, namespace: shop}
                spec:
                  targetRefs: [{group: "", kind: Service, name: app}]
                  concurrency: {maxInFlight: 1000, queue: {size: 10}}
                  circuitBreaker: {failureRatePercent: 100}
                  outlierDetection: {consecutiveErrors: 1000}
                ---
                apiVersion: torii.dev/v1alpha1
                kind: RateLimitPolicy
                metadata: {name: app, namespace: shop}
                spec:
                  targetRefs: [{group: "", kind: Service, name: app}]
                  limits: [{name: users, requests: 1000000, per: 1s, key: {header: x-user}}]
                """, inbound, gateway, admin);
    }
}
