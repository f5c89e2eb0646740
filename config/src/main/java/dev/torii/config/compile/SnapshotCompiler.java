package dev.torii.config.compile;

import dev.torii.config.resource.BackendPolicy;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.TcpRoute;
import dev.torii.config.resource.TlsRoute;
import dev.torii.config.resource.Unreadable;
import dev.torii.routing.Cluster;
import dev.torii.routing.Mesh;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Tracing;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compiles resources to what a gateway or a sidecar serves. Pure, total and deterministic: it never throws, and equal
 * resources give an equal snapshot, whatever files they came in and whatever the time; only warnings look at a clock.
 * Safe on any thread. One that compiles again and again remembers what costs most to find out, and would come out the same.
 *
 * <p>All Gateways of the set share the ports of one process, see {@link PortClaims}. What cannot be served compiles to
 * the answer the Gateway API prescribes: an invalid reference to 500 for its share of requests, a Service without ready
 * endpoints to 503, a route that no listener takes to nothing.
 */
public final class SnapshotCompiler {

    private final InstantSource clock;
    private final Tracing tracing;
    private final KeyPairs keyPairs = new KeyPairs();
    private final SnapshotVersions versions = new SnapshotVersions();

    public SnapshotCompiler() {
        this(InstantSource.system());
    }

    /** @param tracing what holds where no policy says anything */
    public SnapshotCompiler(Tracing tracing) {
        this(InstantSource.system(), tracing);
    }

    /** @param clock by which certificates are warned of that are not valid (any more) */
    public SnapshotCompiler(InstantSource clock) {
        this(clock, Tracing.DEFAULT);
    }

    private SnapshotCompiler(InstantSource clock, Tracing tracing) {
        this.clock = clock;
        this.tracing = tracing;
    }

    /**
     * Compiles what a gateway serves, everything at once; takes well under a millisecond per hundred routes. What only
     * sidecars serve is none of its business.
     */
    public Compiled compile(ResourceSet resources) {
        return compile(resources, Snapshot.EMPTY);
    }

    /**
     * The same for somebody who serves already.
     *
     * @param serving a listener keeps the certificates it has there when their Secrets are gone or unusable
     */
    public Compiled compile(ResourceSet resources, Snapshot serving) {
        return new GatewayCompilation(resources, serving, clock.instant(), tracing, keyPairs, gateway -> "")
                .compiled(versions);
    }

    /**
     * What to tell the authors of all objects of a cluster, in which each Gateway has ports of its own unless its class
     * shares them. Statuses for Gateways and for Services as parents are both in it. Nothing is made to be served.
     *
     * @param unreadable objects of which something could not be read; their last readable version, if there is one, may be
     *     among the resources
     * @param bundleVersion of the Gateway API's CRDs, as they are annotated; null when unknown
     */
    public Review review(ResourceSet resources, Collection<Unreadable> unreadable, @Nullable String bundleVersion) {
        GatewayCompilation gateways = new GatewayCompilation(
                resources, Snapshot.EMPTY, clock.instant(), tracing, keyPairs, GatewayDraft::process);
        Compiled mesh = compile(resources, SidecarView.NOBODY);
        return gateways.review(mesh, unreadable, bundleVersion);
    }

    /** The same when nothing is known of the CRDs. */
    public Review review(ResourceSet resources, Collection<Unreadable> unreadable) {
        return review(resources, unreadable, null);
    }

    /** Compiles what a sidecar serves: see {@link Mesh}. What only gateways serve is none of its business. */
    public Compiled compile(ResourceSet resources, SidecarView view) {
        Findings findings = new Findings();
        Annotations.checkNames(resources, findings);
        References references = new References(resources, Snapshot.EMPTY, clock.instant(), keyPairs, findings);
        references.check(view);

        ServiceParents parents = new ServiceParents(resources, references, findings);
        BackendReferences backends = new BackendReferences(resources, references, findings);
        List<RouteDraft> routes = parents.bind(routes(resources).toList());
        routes.forEach(backends::resolve);

        PolicyTargets targets = new PolicyTargets(resources, references, findings);
        BackendTls backendTls = new BackendTls(resources, targets, references, findings);
        PolicyIndex<BackendPolicy> backendPolicies = backendPolicies(resources, targets, findings);
        PolicyScopes policies = new PolicyScopes(resources, targets, tracing, view.pod(), findings);
        Clusters routed = new Clusters(resources, backendTls, backendPolicies, findings);
        Destinations destinations = new Destinations(
                resources,
                view,
                parents,
                new HttpRules(routed, findings),
                new StreamRoutes(routed, findings),
                () -> new Clusters(resources, backendTls, backendPolicies, new Findings()),
                policies);
        destinations.prepare(backendTls.policies);
        InboundPorts inbound = new InboundPorts(resources, view, backendPolicies, policies);
        Mesh mesh = Mesh.of(view.namespace(), destinations, inbound.all);

        Map<String, Cluster> clusters = new HashMap<>(destinations.ahead());
        clusters.putAll(routed.all());
        clusters.putAll(inbound.clusters);
        Snapshot snapshot = versions.snapshot(
                List.of(), clusters, mesh, policies.namespace(view.namespace()).telemetry());
        return new Compiled(snapshot, findings.sorted(), Statuses.of(routes));
    }

    static PolicyIndex<BackendPolicy> backendPolicies(ResourceSet resources, PolicyTargets targets, Findings findings) {
        return new PolicyIndex<>(
                resources.all(BackendPolicy.class),
                BackendPolicy::targetRefs,
                targets,
                List.of(PolicyTargets.SERVICE),
                findings);
    }

    static Stream<Route> routes(ResourceSet resources) {
        return Stream.of(HttpRoute.class, GrpcRoute.class, TlsRoute.class, TcpRoute.class)
                .flatMap(kind -> resources.all(kind).stream());
    }
}
