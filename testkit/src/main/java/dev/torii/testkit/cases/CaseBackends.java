package dev.torii.testkit.cases;

import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.GrpcEchoServer;
import dev.torii.testkit.Journal;
import dev.torii.testkit.Listening;
import dev.torii.testkit.Pod;
import dev.torii.testkit.SeenRequest;
import dev.torii.testkit.ServerTls;
import dev.torii.testkit.TcpEchoServer;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The backends that cases name, started once for all of them, by the names of the conformance suite. */
public final class CaseBackends implements Symbols, AutoCloseable {

    private static final String INFRA = ObjectName.DEFAULT_NAMESPACE;
    private static final String APP = "gateway-conformance-app-backend";
    private static final String WEB = "gateway-conformance-web-backend";
    private static final String MESH = "gateway-conformance-mesh";

    private final Map<String, List<Listening>> bySymbol = new LinkedHashMap<>();
    private final Map<ObjectName, Journal<SeenRequest>> journals = new LinkedHashMap<>();

    /** Starts them all. */
    public CaseBackends(Vertx vertx, CaseCertificates certificates) {
        startHttp(vertx);
        startGrpc(certificates);
        startTls(vertx, certificates);
        startTcp(vertx, certificates);
        startMesh(vertx);
    }

    /** For those who only compile: every name is some address, every port some port, and nobody is there. */
    public static Symbols nobody() {
        return symbol -> symbol.endsWith(".port") ? "30000" : symbol.indexOf('.') < 0 ? "127.0.0.1:30000" : null;
    }

    /** The requests that reached any pod of a Service over HTTP in clear. */
    Journal<SeenRequest> journal(ObjectName service) {
        Journal<SeenRequest> journal = journals.get(service);
        if (journal == null) {
            throw new IllegalArgumentException("no backend keeps a journal under the name " + service);
        }
        return journal;
    }

    /** {@code NAME}: the addresses of its pods; {@code NAME-N.port}: the port of one. */
    @Override
    public @Nullable String get(String symbol) {
        List<Listening> pods = bySymbol.get(symbol);
        if (pods != null) {
            return pods.stream().map(Listening::address).collect(Collectors.joining(","));
        }
        int dash = symbol.lastIndexOf('-');
        if (!symbol.endsWith(".port") || dash < 0) {
            return null;
        }
        List<Listening> service = bySymbol.get(symbol.substring(0, dash));
        String number = symbol.substring(dash + 1, symbol.length() - ".port".length());
        if (service == null || !number.matches("[0-9]{1,2}") || Integer.parseInt(number) >= service.size()) {
            return null;
        }
        return Integer.toString(service.get(Integer.parseInt(number)).port());
    }

    @Override
    public void close() {
        bySymbol.values().forEach(pods -> pods.forEach(Listening::close));
    }

    private void startHttp(Vertx vertx) {
        http(vertx, INFRA, "infra-backend-v1", 2);
        http(vertx, INFRA, "infra-backend-v2", 2);
        http(vertx, INFRA, "infra-backend-v3", 1);
        http(vertx, APP, "app-backend-v1", 1);
        http(vertx, APP, "app-backend-v2", 1);
        http(vertx, WEB, "web-backend", 1);
        start("infra-backend-v1-h2c", INFRA, "infra-backend-v1", 2, pod -> EchoBackend.startH2c(vertx, pod));
    }

    private void startGrpc(CaseCertificates certificates) {
        for (int i = 1; i <= 3; i++) {
            String name = "grpc-infra-backend-v" + i;
            start(name, INFRA, name, 1, GrpcEchoServer::start);
        }
        ServerTls tls = tls(certificates, "tls-checks-certificate");
        start("grpc-infra-backend-v1-tls", INFRA, "grpc-infra-backend-v1", 1, pod -> GrpcEchoServer.startTls(pod, tls));
    }

    private void startTls(Vertx vertx, CaseCertificates certificates) {
        ServerTls tls = tls(certificates, "tls-checks-certificate");
        for (String name : List.of("tls-backend", "tls-backend-2")) {
            start(name, INFRA, name, 1, pod -> EchoBackend.startTls(vertx, pod, tls));
        }
    }

    private void startTcp(Vertx vertx, CaseCertificates certificates) {
        ServerTls tls = tls(certificates, "tls-passthrough-checks-certificate");
        start("tcp-backend", INFRA, "tcp-backend", 1, pod -> TcpEchoServer.start(vertx, pod));
        start("tcp-backend-tls", INFRA, "tcp-backend", 1, pod -> TcpEchoServer.startTls(vertx, pod, tls));
        for (int i = 1; i <= 3; i++) {
            String name = "tcp-backend-v" + i;
            start(name, INFRA, name, 1, pod -> TcpEchoServer.start(vertx, pod));
        }
        start("tcp-app-backend", APP, "tcp-app-backend", 1, pod -> TcpEchoServer.start(vertx, pod));
    }

    private void startMesh(Vertx vertx) {
        for (String name : List.of("echo-v1", "echo-v2")) {
            http(vertx, MESH, name, 1);
            start("grpc-" + name, MESH, name, 1, GrpcEchoServer::start);
        }
    }

    private void http(Vertx vertx, String namespace, String service, int pods) {
        Journal<SeenRequest> journal = new Journal<>();
        journals.put(new ObjectName(namespace, service), journal);
        start(service, namespace, service, pods, pod -> EchoBackend.start(vertx, pod, journal));
    }

    private void start(String symbol, String namespace, String service, int pods, Function<Pod, Listening> starter) {
        List<Listening> started = new ArrayList<>();
        for (int i = 0; i < pods; i++) {
            started.add(starter.apply(new Pod(namespace, service, service + "-" + i)));
        }
        bySymbol.put(symbol, started);
    }

    private static ServerTls tls(CaseCertificates certificates, String name) {
        return new ServerTls(certificates.certificate(name), certificates.key(name), true);
    }
}
