package dev.torii.proxy.http;

import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.Filter;
import dev.torii.routing.HostPattern;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Protection;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.RouteId;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import dev.torii.routing.Target;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Timeouts;
import dev.torii.routing.WeightedPick;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One rule made ready to run. */
record RulePlan(Rule rule, FilterPlan filters, List<BackendPlan> backends, WeightedPick pick) {

    /** Finds clusters by key, or null. */
    interface Clusters {
        @Nullable
        Cluster find(String key);
    }

    /** Makes what stands before a backend, of what protects its rule and what protects its Service. */
    interface Protections {
        List<Checkpoint> before(Protection rule, Protection backend);
    }

    static final Protections NOTHING_BEFORE = (rule, backend) -> List.of();

    /**
     * One destination.
     *
     * @param cluster null when the reference is invalid; {@code invalid} says why then
     * @param checkpoints that a request passes on its way there
     */
    record BackendPlan(
            Backend backend,
            FilterPlan filters,
            @Nullable Cluster cluster,
            String invalid,
            List<Checkpoint> checkpoints) {}

    static RulePlan of(Rule rule, Clusters clusters, Protections protections) {
        List<BackendPlan> backends = rule.backends().stream()
                .map(backend -> backend(rule, backend, clusters, protections))
                .toList();
        return new RulePlan(rule, FilterPlan.of(rule.filters(), clusters), backends, WeightedPick.of(rule.backends()));
    }

    /** A rule that sends everything to one cluster, with nothing else configured. */
    static RulePlan to(Cluster cluster, Telemetry telemetry) {
        Rule rule = new Rule(
                new RouteId(RouteId.Kind.NONE, "", "outside", 0),
                "",
                0,
                List.of(HostPattern.ANY),
                List.of(new RequestMatch(new PathMatch.Prefix("/"), null, List.of(), List.of())),
                List.of(),
                List.of(new Backend(1, new Target.ToCluster(cluster.key()), List.of(), telemetry)),
                Timeouts.NONE,
                null,
                null,
                0,
                telemetry,
                null,
                Protection.NONE);
        return of(rule, key -> cluster, NOTHING_BEFORE);
    }

    /** Its first match, for what matches anyway. */
    RouteTable.Candidate anything() {
        return new RouteTable.Candidate(rule, rule.matches().get(0), HostPattern.ANY);
    }

    private static BackendPlan backend(Rule rule, Backend backend, Clusters clusters, Protections protections) {
        FilterPlan filters = FilterPlan.of(backend.filters(), clusters);
        if (backend.target() instanceof Target.ToCluster to) {
            Cluster cluster = clusters.find(to.key());
            return new BackendPlan(
                    backend,
                    filters,
                    cluster,
                    cluster == null ? "backend_not_found" : "",
                    protections.before(rule.protection(), backend.protection()));
        }
        return new BackendPlan(backend, filters, null, ((Target.Invalid) backend.target()).detail(), List.of());
    }

    /** Filters by what they do, in the order configured. */
    record FilterPlan(
            HeaderEdits request,
            HeaderEdits response,
            Filter.@Nullable Redirect redirect,
            Filter.@Nullable Rewrite rewrite,
            @Nullable CorsFilter cors,
            List<MirrorPlan> mirrors) {

        static FilterPlan of(List<Filter> filters, Clusters clusters) {
            HeaderEdits request = HeaderEdits.NONE;
            HeaderEdits response = HeaderEdits.NONE;
            Filter.Redirect redirect = null;
            Filter.Rewrite rewrite = null;
            CorsFilter cors = null;
            List<MirrorPlan> mirrors = new java.util.ArrayList<>();
            for (Filter filter : filters) {
                if (filter instanceof Filter.RequestHeaders headers) {
                    request = request.then(headers.change());
                } else if (filter instanceof Filter.ResponseHeaders headers) {
                    response = response.then(headers.change());
                } else if (filter instanceof Filter.Redirect r) {
                    redirect = r;
                } else if (filter instanceof Filter.Rewrite r) {
                    rewrite = r;
                } else if (filter instanceof Filter.Cors c) {
                    cors = new CorsFilter(c);
                } else if (filter instanceof Filter.Mirror m && m.target() instanceof Target.ToCluster to) {
                    Cluster cluster = clusters.find(to.key());
                    if (cluster != null) {
                        mirrors.add(new MirrorPlan(cluster, m.numerator(), m.denominator()));
                    }
                }
            }
            return new FilterPlan(request, response, redirect, rewrite, cors, List.copyOf(mirrors));
        }
    }

    /** {@code numerator} of {@code denominator} requests are copied to the cluster. */
    record MirrorPlan(Cluster cluster, int numerator, int denominator) {}
}
