package dev.torii.config.source;

import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.HashKey;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.LoadBalancing.Algorithm;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the blocks of a BackendPolicy. */
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

    /** Checks the shape of what is not served yet, and says that it is not. */
    static void checkUnserved(Fields spec) {
        check(spec, "concurrency", BackendPolicyReader::concurrency);
        check(spec, "circuitBreaker", BackendPolicyReader::circuitBreaker);
        check(spec, "outlierDetection", fields -> {
            fields.get("consecutiveErrors").integer(1, MANY, 5);
            fields.get("ejectFor").millis(0);
            fields.get("maxEjectedPercent").integer(0, 100, 50);
        });
        check(spec, "healthCheck", fields -> {
            fields.need("path").text(Syntax.PATH);
            fields.get("interval").millis(0);
            fields.get("timeout").millis(0);
            fields.get("unhealthyThreshold").integer(1, MANY, 3);
            fields.get("healthyThreshold").integer(1, MANY, 1);
        });
        check(spec, "retryBudget", fields -> {
            fields.get("percent").integer(0, 100, 20);
            fields.get("minPerSecond").integer(0, MANY, 10);
        });
    }

    private static void check(Fields spec, String name, Consumer<Fields> checker) {
        spec.get(name).notYetServed();
        spec.get(name).mapping(fields -> {
            checker.accept(fields);
            return true;
        });
    }

    private static void concurrency(Fields fields) {
        String mode = fields.get("mode").oneOf("Fixed", "Fixed", "Adaptive");
        (mode.equals("Fixed") ? fields.need("maxInFlight") : fields.get("maxInFlight")).integer(1, MANY, 1);
        fields.get("queue").mapping(queue -> {
            queue.need("size").integer(0, MANY, 0);
            return queue.get("timeout").millis(0);
        });
    }

    private static void circuitBreaker(Fields fields) {
        fields.get("scope").oneOf("Service", "Service", "Endpoint");
        fields.get("window").mapping(window -> {
            window.exclusive("calls", "seconds");
            window.get("calls").integer(1, MANY, 100);
            return window.get("seconds").integer(1, 3600, 10);
        });
        fields.get("minimumCalls").integer(1, MANY, 20);
        fields.get("failureRatePercent").integer(1, 100, 50);
        fields.get("slowCall").mapping(slow -> {
            slow.need("duration").millis(0);
            return slow.get("ratePercent").integer(1, 100, 100);
        });
        fields.get("openFor").millis(0);
        fields.get("halfOpenCalls").integer(1, MANY, 5);
    }
}
