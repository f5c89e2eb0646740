package dev.torii.routing;

import dev.torii.routing.RouteTable.Candidate;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says in words what a snapshot does with a request: which listener, route, rule and match win and why, what comes close,
 * which backends with which share, what else applies. The same matching as the data path's, so it cannot be of another
 * opinion. For people; the text may change.
 */
public final class Explanation {

    private final StringJoiner lines = new StringJoiner("\n", "", "\n");
    private final Snapshot snapshot;
    private final ProbeRequest request;

    private Explanation(Snapshot snapshot, ProbeRequest request) {
        this.snapshot = snapshot;
        this.request = request;
    }

    /** Lines of text, each ended. */
    public static String of(Snapshot snapshot, ProbeRequest request) {
        Explanation explanation = new Explanation(snapshot, request);
        explanation.explain();
        return explanation.lines.toString();
    }

    private void say(String line) {
        lines.add(line);
    }

    private void explain() {
        say(request.method() + " " + request.scheme() + "://" + request.host() + ":" + request.port() + request.path());
        Port port = snapshot.ports().stream()
                .filter(p -> p.number() == request.port())
                .findFirst()
                .orElse(null);
        if (port == null) {
            String known = snapshot.ports().stream()
                    .map(p -> Integer.toString(p.number()))
                    .collect(Collectors.joining(", "));
            say("no listener on port " + request.port() + (known.isEmpty() ? "" : "; there are " + known));
            return;
        }
        Listener listener = port.listenerFor(request.host());
        if (listener == null) {
            say("404: no listener of port " + port.number() + " takes the host; they take "
                    + port.listeners().stream().map(l -> l.hostname().value()).collect(Collectors.joining(", ")));
            return;
        }
        say("listener " + listener.name() + " (" + listener.protocol() + ", host " + listener.hostname()
                + ") is the most specific of " + port.listeners().size() + " on port " + port.number());
        switch (listener.protocol()) {
            case HTTP, HTTPS -> explainRules(listener);
            default -> explainStream(listener);
        }
    }

    private void explainRules(Listener listener) {
        Candidate winner = listener.routes().find(request);
        List<Considered> considered = listener.routes().explain(request);
        if (winner == null) {
            say("404: no rule matches");
            considered.forEach(c -> say("  close: " + name(c.candidate()) + ": " + misses(c)));
            return;
        }
        say("rule " + winner.rule().name() + " (" + winner.rule().route().kind() + "Route) wins by " + match(winner));
        boolean before = true;
        for (Considered c : considered) {
            boolean isWinner = c.candidate().rule() == winner.rule()
                    && c.candidate().match().equals(winner.match());
            if (isWinner) {
                before = false;
            } else if (c.matched()) {
                say("  also matches, less specific: " + name(c.candidate()));
            } else {
                say("  " + (before ? "would win, but: " : "close: ") + name(c.candidate()) + ": " + misses(c));
            }
        }
        explainRule(winner.rule());
    }

    private void explainRule(Rule rule) {
        rule.filters().forEach(filter -> say("filter " + filter(filter)));
        if (rule.timeouts().requestMs() > 0) {
            say("timeout " + rule.timeouts().requestMs() + " ms for the request");
        }
        if (rule.timeouts().backendRequestMs() > 0) {
            say("timeout " + rule.timeouts().backendRequestMs() + " ms for a try");
        }
        if (rule.session() != null) {
            say("sticky by " + word(rule.session().type()) + " "
                    + rule.session().name());
        }
        if (rule.splitBy() != null) {
            say("split by " + key(rule.splitBy()));
        }
        backends(rule.backends());
    }

    private void explainStream(Listener listener) {
        StreamRoute route = listener.streams().find(request.host());
        if (route == null) {
            say("closed: no route takes the server name");
        } else {
            say("route " + route.name());
            backends(route.backends());
        }
    }

    private void backends(List<Backend> backends) {
        long total = backends.stream().mapToLong(Backend::weight).sum();
        if (backends.isEmpty()) {
            say("no backends");
        }
        for (Backend backend : backends) {
            double share = total == 0 ? 0 : 100.0 * backend.weight() / total;
            say(String.format(Locale.ROOT, "backend %.1f %%: %s", share, target(backend.target())));
            backend.filters().forEach(filter -> say("  filter " + filter(filter)));
        }
    }

    private String target(Target target) {
        if (target instanceof Target.Invalid invalid) {
            return "500, " + invalid.detail();
        }
        String key = ((Target.ToCluster) target).key();
        Cluster cluster = snapshot.clusters().get(key);
        if (cluster == null) {
            return key;
        }
        if (cluster.invalid() != null) {
            return key + ": 503, " + cluster.invalid();
        }
        String endpoints = cluster.endpoints().isEmpty()
                ? "503, no endpoint is ready"
                : cluster.endpoints().stream().limit(5).map(Endpoint::toString).collect(Collectors.joining(", "))
                        + (cluster.endpoints().size() > 5
                                ? ", … " + cluster.endpoints().size() + " in all"
                                : "");
        String how = word(cluster.loadBalancing().algorithm())
                + (cluster.loadBalancing().hashOn() == null
                        ? ""
                        : " on " + key(cluster.loadBalancing().hashOn()))
                + (cluster.protocol() == Cluster.Protocol.HTTP2 ? ", HTTP/2" : "")
                + (cluster.tls() == null ? "" : ", TLS as " + cluster.tls().serverName());
        return key + " (" + how + "): " + endpoints;
    }

    private static String name(Candidate candidate) {
        return candidate.rule().name() + " by " + match(candidate);
    }

    private static String match(Candidate candidate) {
        RequestMatch match = candidate.match();
        StringBuilder out = new StringBuilder();
        out.append(word(match.path().getClass().getSimpleName()))
                .append(' ')
                .append(match.path().value());
        if (match.method() != null) {
            out.append(", method ").append(match.method());
        }
        match.headers().forEach(h -> out.append(", header ").append(h.name()));
        match.query().forEach(q -> out.append(", query ").append(q.name()));
        if (!candidate.hostname().isAny()) {
            out.append(", host ").append(candidate.hostname());
        }
        return out.toString();
    }

    private static String misses(Considered considered) {
        return considered.misses().stream().map(Considered.Miss::toString).collect(Collectors.joining("; "));
    }

    private static String filter(Filter filter) {
        if (filter instanceof Filter.RequestHeaders headers) {
            return "request headers: " + change(headers.change());
        }
        if (filter instanceof Filter.ResponseHeaders headers) {
            return "response headers: " + change(headers.change());
        }
        if (filter instanceof Filter.Mirror mirror) {
            String to = mirror.target() instanceof Target.ToCluster cluster
                    ? cluster.key()
                    : ((Target.Invalid) mirror.target()).detail();
            return "mirror " + mirror.numerator() + "/" + mirror.denominator() + " to " + to;
        }
        if (filter instanceof Filter.Redirect redirect) {
            return "redirect " + redirect.status()
                    + part(" scheme ", redirect.scheme())
                    + part(" host ", redirect.hostname())
                    + part(" port ", redirect.port())
                    + part(" path ", redirect.path() == null ? null : path(redirect.path()));
        }
        if (filter instanceof Filter.Rewrite rewrite) {
            return "rewrite" + part(" host ", rewrite.hostname())
                    + part(" path ", rewrite.path() == null ? null : path(rewrite.path()));
        }
        return "CORS for " + String.join(", ", ((Filter.Cors) filter).allowOrigins());
    }

    private static String path(PathChange change) {
        return change instanceof PathChange.Full full
                ? full.replacement()
                : "prefix " + ((PathChange.Prefix) change).replacement();
    }

    private static String change(HeaderChange change) {
        StringJoiner out = new StringJoiner(", ");
        change.set().forEach(h -> out.add("set " + h.name() + "=" + h.value()));
        change.add().forEach(h -> out.add("add " + h.name() + "=" + h.value()));
        change.remove().forEach(name -> out.add("remove " + name));
        return out.toString();
    }

    private static String part(String label, @Nullable Object value) {
        return value == null ? "" : label + value;
    }

    private static String key(HashKey key) {
        return word(key.source()) + (key.name().isEmpty() ? "" : " " + key.name());
    }

    private static String word(Enum<?> value) {
        return word(value.name().replace('_', ' '));
    }

    private static String word(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
