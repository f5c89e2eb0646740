package dev.torii.routing;

import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The parts of a snapshot as a person says them, for {@link Explanation}. */
final class Wording {

    /** As many endpoints as a line holds. */
    private static final int SHOWN_ENDPOINTS = 5;

    private Wording() {}

    static String match(RouteTable.Candidate candidate) {
        RequestMatch match = candidate.match();
        StringJoiner out = new StringJoiner(", ");
        out.add(path(match.path()));
        if (match.method() != null) {
            out.add("method " + match.method());
        }
        match.headers().forEach(header -> out.add("header " + header.name()));
        match.query().forEach(parameter -> out.add("query " + parameter.name()));
        if (!candidate.hostname().isAny()) {
            out.add("host " + candidate.hostname());
        }
        return out.toString();
    }

    private static String path(PathMatch path) {
        if (path instanceof PathMatch.Exact) {
            return "exact " + path.value();
        }
        if (path instanceof PathMatch.Prefix) {
            return "prefix " + path.value();
        }
        return path instanceof PathMatch.Regex ? "expression " + path.value() : "method " + path.value();
    }

    static String filter(Filter filter) {
        if (filter instanceof Filter.RequestHeaders headers) {
            return "request headers: " + change(headers.change());
        }
        if (filter instanceof Filter.ResponseHeaders headers) {
            return "response headers: " + change(headers.change());
        }
        if (filter instanceof Filter.Mirror mirror) {
            return "mirror " + mirror.numerator() + "/" + mirror.denominator() + " to "
                    + (mirror.target() instanceof Target.ToCluster copy ? copy.key() : "nowhere");
        }
        if (filter instanceof Filter.Redirect redirect) {
            return "redirect " + redirect.status()
                    + part(" scheme ", redirect.scheme())
                    + part(" host ", redirect.hostname())
                    + part(" port ", redirect.port())
                    + part(" path ", redirect.path());
        }
        if (filter instanceof Filter.Rewrite rewrite) {
            return "rewrite" + part(" host ", rewrite.hostname()) + part(" path ", rewrite.path());
        }
        return "CORS for " + String.join(", ", ((Filter.Cors) filter).allowOrigins());
    }

    private static String change(HeaderChange change) {
        StringJoiner out = new StringJoiner(", ");
        change.set().forEach(header -> out.add("set " + header.name() + "=" + header.value()));
        change.add().forEach(header -> out.add("add " + header.name() + "=" + header.value()));
        change.remove().forEach(name -> out.add("remove " + name));
        return out.toString();
    }

    private static String part(String label, @Nullable Object value) {
        if (value instanceof PathChange.Prefix prefix) {
            return label + "prefix " + (prefix.replacement().isEmpty() ? "/" : prefix.replacement());
        }
        return value == null ? "" : label + (value instanceof PathChange.Full full ? full.replacement() : value);
    }

    /** How a cluster is talked to, and where it is. */
    static String cluster(Cluster cluster) {
        if (cluster.invalid() != null) {
            return cluster.key() + ": 503, " + cluster.invalid();
        }
        StringJoiner how = new StringJoiner(", ", cluster.key() + " (", "): " + endpoints(cluster));
        LoadBalancing balancing = cluster.loadBalancing();
        how.add(word(balancing.algorithm()) + (balancing.hashOn() == null ? "" : " on " + key(balancing.hashOn())));
        if (balancing.slowStartMs() > 0) {
            how.add("slow start " + balancing.slowStartMs() + " ms");
        }
        if (cluster.protocol() == Cluster.Protocol.HTTP1 || cluster.protocol() == Cluster.Protocol.HTTP2) {
            how.add(cluster.protocol() == Cluster.Protocol.HTTP2 ? "HTTP/2" : "HTTP/1.1");
        }
        if (cluster.tls() != null) {
            how.add("TLS as " + cluster.tls().serverName());
        }
        ConnectionSettings connection = cluster.connection();
        if (!connection.equals(ConnectionSettings.DEFAULT)) {
            how.add("connect timeout " + connection.connectTimeoutMs() + " ms")
                    .add("idle timeout " + connection.idleTimeoutMs() + " ms")
                    .add("at most " + connection.maxPerEndpoint() + " connections per endpoint");
        }
        return how.toString();
    }

    private static String endpoints(Cluster cluster) {
        if (cluster.endpoints().isEmpty()) {
            return "503, no endpoint is ready";
        }
        String shown = cluster.endpoints().stream()
                .limit(SHOWN_ENDPOINTS)
                .map(Endpoint::toString)
                .collect(Collectors.joining(", "));
        int count = cluster.endpoints().size();
        return count > SHOWN_ENDPOINTS ? shown + ", … " + count + " in all" : shown;
    }

    static String key(HashKey key) {
        return word(key.source()) + (key.name().isEmpty() ? "" : " " + key.name());
    }

    /** What a sidecar waits for. */
    static String speaks(Speaks speaks) {
        return switch (speaks) {
            case HTTP -> "HTTP";
            case TLS -> "TLS, passed through by server name";
            case TCP -> "bytes, passed through";
            case CLIENT_FIRST -> "HTTP or TLS, as its first bytes tell";
            case UNKNOWN -> "whatever its first bytes tell within a moment";
        };
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
