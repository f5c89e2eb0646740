package dev.torii.config.source;

import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.HashKey;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.LoadBalancing.Algorithm;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the blocks of a BackendPolicy that say how to talk to a Service; for those that protect it see {@link ResilienceReader}. */
final class BackendPolicyReader {

    private static final int MANY = 1_000_000;
    private static final Map<String, Algorithm> ALGORITHMS = Map.of(
            "RoundRobin", Algorithm.ROUND_ROBIN,
            "LeastRequest", Algorithm.LEAST_REQUEST,
            "Random", Algorithm.RANDOM,
            "ConsistentHash", Algorithm.CONSISTENT_HASH);

    private BackendPolicyReader() {}

    static LoadBalancing loadBalancing(Fields fields) {
        String word =
                fields.get("algorithm").oneOf("LeastRequest", "RoundRobin", "LeastRequest", "Random", "ConsistentHash");
        Algorithm algorithm = ALGORITHMS.getOrDefault(word, Algorithm.LEAST_REQUEST);
        boolean hash = algorithm == Algorithm.CONSISTENT_HASH;
        Cell hashOn = hash ? fields.need("hashOn") : fields.get("hashOn");
        if (!hash) {
            hashOn.error("`hashOn` belongs to algorithm `ConsistentHash`");
        }
        HashKey key = hashOn.mapping(BackendPolicyReader::hashKey);
        return new LoadBalancing(
                algorithm, hash ? key : null, fields.get("slowStart").millis(0));
    }

    private static @Nullable HashKey hashKey(Fields fields) {
        return KeyReader.read(fields, "sourceAddress");
    }

    /** @param protocol null when not set */
    record Connection(ConnectionSettings settings, Cluster.@Nullable Protocol protocol) {}

    static Connection connection(Fields fields) {
        ConnectionSettings defaults = ConnectionSettings.DEFAULT;
        ConnectionSettings settings = new ConnectionSettings(
                fields.get("connectTimeout").millis(defaults.connectTimeoutMs()),
                fields.get("idleTimeout").millis(defaults.idleTimeoutMs()),
                fields.get("maxPerEndpoint").integer(1, MANY, defaults.maxPerEndpoint()));
        Cell protocol = fields.get("protocol");
        String word = protocol.oneOf("", "Auto", "HTTP1", "HTTP2");
        return new Connection(
                settings, word.isEmpty() ? null : Cluster.Protocol.valueOf(word.toUpperCase(Locale.ROOT)));
    }
}
