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

    private static final String NO_ROUTE = "no route is bound to it, so it leads to its own endpoints";

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
        boolean mesh = !snapshot.mesh().equals(Mesh.NONE);
        String asked = mesh ? request.server() : request.host();
        say(request.method() + " " + request.scheme() + "://" + asked + ":" + request.port() + request.path());
        if (mesh) {
            explainDestination(snapshot.mesh().destination(request.server(), request.port()));
        } else {
            explainPort();
        }
    }

    private void explainDestination(@Nullable Destination destination) {
        if (destination == null) {
            say("passed through untouched: no Service known to a sidecar of namespace "
                    + snapshot.mesh().namespace() + " has this address or name, and this port");
            return;
        }
        say("Service " + destination.service() + " port " + destination.port() + ", "
                + Wording.speaks(destination.speaks()));
        boolean stream =
                request.scheme().equals("https") || destination.listener().protocol() != Listener.Protocol.HTTP;
        if (stream) {
            explainStream(destination.listener());
        } else {
            explainRequest(destination.listener());
        }
    }

    private void explainPort() {
        Port port = snapshot.ports().stream()
                .filter(each -> each.number() == request.port())
                .findFirst()
                .orElse(null);
        if (port == null) {
            String known = snapshot.ports().stream()
                    .map(each -> Integer.toString(each.number()))
                    .collect(Collectors.joining(", "));
            say("no listener on port " + request.port() + (known.isEmpty() ? "" : "; there are " + known));
            return;
        }
        Listener listener = port.listenerFor(request.host());
        if (listener == null) {
            String known = port.listeners().stream()
                    .map(each -> each.hostname().value())
                    .collect(Collectors.joining(", "));
            say("404: no listener of port " + port.number() + " takes the host; they take " + known);
            return;
        }
        say("listener " + listener.name() + " (" + listener.protocol() + ", host " + listener.hostname()
                + ") is the most specific of " + port.listeners().size() + " on port " + port.number());
        switch (listener.protocol()) {
            case HTTP, HTTPS -> explainRequest(listener);
            default -> explainStream(listener);
        }
    }

    private void explainRequest(Listener listener) {
        if ((listener.protocol() == Listener.Protocol.HTTPS) != request.scheme().equals("https")) {
            say("but it speaks " + listener.protocol() + ", and the URL says " + request.scheme());
        }
        if (request.method().equals("CONNECT") && !listener.settings().allowConnect()) {
            say("405: the listener does not allow CONNECT");
        } else {
            explainRules(listener);
        }
    }

    private void explainRules(Listener listener) {
        Candidate winner = listener.routes().find(request);
        List<Considered> considered = listener.routes().explain(request);
        if (winner == null) {
            say("404: no rule matches");
            considered.forEach(each -> say("  close: " + name(each) + ": " + misses(each)));
            return;
        }
        if (winner.rule().route().kind() == RouteId.Kind.NONE) {
            say(NO_ROUTE);
        } else {
            say("rule " + winner.rule().name() + " (" + winner.rule().route().kind() + "Route) wins by "
                    + Wording.match(winner));
        }
        boolean stronger = true;
        for (Considered each : considered) {
            if (each.candidate().equals(winner)) {
                stronger = false;
            } else if (each.matched()) {
                say("  also matches, less specific: " + name(each));
            } else {
                say("  " + (stronger ? "would win, but: " : "close: ") + name(each) + ": " + misses(each));
            }
        }
        explainRule(winner.rule(), listener);
    }

    private void explainRule(Rule rule, Listener listener) {
        rule.filters().forEach(filter -> say("filter " + Wording.filter(filter)));
        if (rule.timeouts().requestMs() > 0) {
            say("timeout " + rule.timeouts().requestMs() + " ms for the request");
        }
        if (rule.timeouts().backendRequestMs() > 0) {
            say("timeout " + rule.timeouts().backendRequestMs() + " ms for a try");
        }
        if (rule.retry() != null) {
            say(Safeguards.retry(rule.retry()));
        }
        long maxBody = rule.maxBodyBytes() > 0
                ? rule.maxBodyBytes()
                : listener.settings().maxBodyBytes();
        if (maxBody > 0) {
            say("413 for bodies over " + maxBody + " bytes");
        }
        if (rule.session() != null) {
            say("sticky by " + Wording.word(rule.session().type()) + " "
                    + rule.session().name());
        }
        if (rule.splitBy() != null) {
            say("split by " + Wording.key(rule.splitBy()));
        }
        boolean answered = rule.filters().stream().anyMatch(Filter.Redirect.class::isInstance);
        if (!answered) {
            Safeguards.of(rule.protection(), request).forEach(this::say);
            explainBackends(rule.backends());
        }
    }

    private void explainStream(Listener listener) {
        StreamRoute route = listener.streams().find(listener.protocol() == Listener.Protocol.TCP ? "" : request.host());
        if (route == null) {
            say("closed: no route takes the server name");
        } else {
            say(route.route().kind() == RouteId.Kind.NONE ? NO_ROUTE : "route " + route.name());
            explainBackends(route.backends());
        }
    }

    private void explainBackends(List<Backend> backends) {
        long total = backends.stream().mapToLong(Backend::weight).sum();
        if (total == 0) {
            say("500: " + (backends.isEmpty() ? "no backends" : "no backend has a weight"));
        }
        for (Backend backend : backends) {
            double share = total == 0 ? 0 : 100.0 * backend.weight() / total;
            say(String.format(Locale.ROOT, "backend %.1f %%: %s", share, target(backend.target())));
            backend.filters().forEach(filter -> say("  filter " + Wording.filter(filter)));
            Safeguards.of(backend.protection(), request).forEach(line -> say("  " + line));
            explainResilience(backend.target());
        }
    }

    private void explainResilience(Target target) {
        Cluster cluster = target instanceof Target.ToCluster to ? snapshot.cluster(to.key()) : null;
        if (cluster != null) {
            Safeguards.of(cluster.resilience()).forEach(line -> say("  " + line));
        }
    }

    private String target(Target target) {
        if (target instanceof Target.ToCluster to) {
            Cluster cluster = snapshot.cluster(to.key());
            return cluster == null ? to.key() : Wording.cluster(cluster);
        }
        return "500, " + ((Target.Invalid) target).detail();
    }

    private static String name(Considered considered) {
        return considered.candidate().rule().name() + " by " + Wording.match(considered.candidate());
    }

    private static String misses(Considered considered) {
        return considered.misses().stream().map(Considered.Miss::toString).collect(Collectors.joining("; "));
    }
}
