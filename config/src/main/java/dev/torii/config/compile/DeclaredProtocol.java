package dev.torii.config.compile;

import dev.torii.config.resource.Service;
import dev.torii.routing.Speaks;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a Service says that callers of a port speak: its {@code appProtocol}, else the port's name up to the first dash
 * ({@code grpc-api}), else nothing. Source: Kubernetes {@code ServicePort.appProtocol} (GEP-1911), and the names that
 * other meshes have taught people to give their ports.
 */
final class DeclaredProtocol {

    private static final Set<String> HTTP2 = Set.of("http2", "h2c", "grpc", "kubernetes.io/h2c");
    private static final Set<String> HTTP = Set.of("http", "ws", "kubernetes.io/ws");
    private static final Set<String> TLS = Set.of("https", "tls", "wss", "grpcs", "kubernetes.io/wss");
    private static final Set<String> BYTES = Set.of(
            "tcp",
            "mysql",
            "postgres",
            "postgresql",
            "mongo",
            "mongodb",
            "redis",
            "kafka",
            "amqp",
            "smtp",
            "ssh",
            "nats",
            "cassandra");

    private DeclaredProtocol() {}

    /** Null when it says nothing that is known. */
    static @Nullable Speaks of(Service.Port port) {
        Speaks speaks =
                port.appProtocol() == null ? null : meaning(port.appProtocol().toLowerCase(Locale.ROOT));
        return speaks == null ? meaning(prefix(port)) : speaks;
    }

    /** Whether requests have to be HTTP/2 even when no {@code appProtocol} says so. */
    static boolean isHttp2(Service.Port port) {
        return port.appProtocol() == null && HTTP2.contains(prefix(port));
    }

    private static String prefix(Service.Port port) {
        int dash = port.name().indexOf('-');
        return dash < 0 ? port.name() : port.name().substring(0, dash);
    }

    private static @Nullable Speaks meaning(String word) {
        if (HTTP.contains(word) || HTTP2.contains(word)) {
            return Speaks.HTTP;
        }
        if (TLS.contains(word)) {
            return Speaks.TLS;
        }
        return BYTES.contains(word) ? Speaks.TCP : null;
    }
}
