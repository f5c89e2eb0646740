package dev.torii.config.compile;

import dev.torii.routing.Cluster.Protocol;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the {@code appProtocol} of a Service port means. Source: GEP-1911, and the names that Services commonly carry. */
final class AppProtocol {

    private static final Map<String, Protocol> KNOWN = Map.ofEntries(
            Map.entry("kubernetes.io/h2c", Protocol.HTTP2),
            Map.entry("h2c", Protocol.HTTP2),
            Map.entry("http2", Protocol.HTTP2),
            Map.entry("grpc", Protocol.HTTP2),
            Map.entry("kubernetes.io/ws", Protocol.HTTP1),
            Map.entry("kubernetes.io/wss", Protocol.HTTP1),
            Map.entry("ws", Protocol.HTTP1),
            Map.entry("wss", Protocol.HTTP1),
            Map.entry("http", Protocol.AUTO),
            Map.entry("https", Protocol.AUTO),
            Map.entry("tls", Protocol.AUTO),
            Map.entry("tcp", Protocol.AUTO));

    private static final Set<String> OVER_TLS = Set.of("https", "tls", "wss", "kubernetes.io/wss");

    private AppProtocol() {}

    /** Null when requests cannot be sent by it. */
    static @Nullable Protocol of(@Nullable String appProtocol) {
        return appProtocol == null ? Protocol.AUTO : KNOWN.get(appProtocol.toLowerCase(Locale.ROOT));
    }

    static boolean isOverTls(@Nullable String appProtocol) {
        return appProtocol != null && OVER_TLS.contains(appProtocol.toLowerCase(Locale.ROOT));
    }
}
