package dev.torii.config;

import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.Destination;
import dev.torii.routing.Filter;
import dev.torii.routing.HeaderChange;
import dev.torii.routing.ProbeRequest;
import dev.torii.routing.RouteTable.Candidate;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Target;
import dev.torii.testkit.GrpcEcho;
import dev.torii.testkit.cases.CaseCompiler.Called;
import dev.torii.testkit.cases.Exchange;
import dev.torii.testkit.cases.ObjectName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What a sidecar with a snapshot would do with a request, as the snapshot alone tells. */
final class CalledSidecar {

    private final Snapshot snapshot;
    private final boolean grpc;

    private CalledSidecar(Snapshot snapshot, boolean grpc) {
        this.snapshot = snapshot;
        this.grpc = grpc;
    }

    static Called ask(Snapshot snapshot, Exchange exchange) {
        return new CalledSidecar(snapshot, exchange.method().equals("GRPC")).ask(exchange);
    }

    private Called ask(Exchange exchange) {
        Exchange.Target to = exchange.target();
        Destination destination = snapshot.mesh().destination(to.host(), to.port());
        if (destination == null) {
            return answer(Called.PASSED_THROUGH);
        }
        Candidate winner = destination.listener().routes().find(request(exchange));
        if (winner == null) {
            return answer(grpc ? "UNIMPLEMENTED" : "404");
        }
        for (Filter filter : winner.rule().filters()) {
            if (filter instanceof Filter.Redirect redirect) {
                return answer(String.valueOf(redirect.status()));
            }
        }
        return answered(winner);
    }

    private ProbeRequest request(Exchange exchange) {
        Exchange.Target to = exchange.target();
        List<String> headers = new ArrayList<>();
        exchange.headers().forEach(each -> headers.addAll(List.of(each.getKey(), each.getValue())));
        String path = grpc && to.path().indexOf('/', 1) < 0 ? "/" + GrpcEcho.SERVICE + to.path() : to.path();
        String url = "http://" + to.host() + ":" + to.port() + path;
        return ProbeRequest.of(grpc ? "POST" : exchange.method(), url, headers);
    }

    private static Called answer(String status) {
        return new Called(status, Map.of(), Map.of());
    }

    private Called answered(Candidate winner) {
        List<Backend> backends = winner.rule().backends();
        double total = backends.stream().mapToInt(Backend::weight).sum();
        Map<ObjectName, Double> shares = new HashMap<>();
        for (Backend backend : backends) {
            if (backend.weight() > 0 && backend.target() instanceof Target.ToCluster cluster) {
                shares.merge(service(cluster.key()), 100 * backend.weight() / total, Double::sum);
            }
        }
        if (shares.isEmpty()) {
            return answer(grpc ? "UNAVAILABLE" : "500");
        }
        Map<String, String> headers = new HashMap<>();
        for (Filter filter : winner.rule().filters()) {
            if (filter instanceof Filter.ResponseHeaders change) {
                for (HeaderChange.Header header : change.change().set()) {
                    headers.put(header.name().toLowerCase(Locale.ROOT), header.value());
                }
            }
        }
        return new Called(grpc ? "OK" : "200", shares, headers);
    }

    private ObjectName service(String cluster) {
        Cluster found = Objects.requireNonNull(snapshot.cluster(cluster), cluster);
        int slash = found.service().indexOf('/');
        return new ObjectName(
                found.service().substring(0, slash), found.service().substring(slash + 1));
    }
}
