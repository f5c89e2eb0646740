package dev.torii.config.compile;

import dev.torii.config.compile.Resolution.ServicePort;
import dev.torii.config.resource.BackendPolicy;
import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import dev.torii.routing.Cluster;
import dev.torii.routing.Cluster.Protocol;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.KeyPair;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Resilience;
import dev.torii.routing.UpstreamTls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes the clusters that rules lead to, each once. The usual way to reach a Service port has the key
 * {@code namespace/service:port}; ways that differ from it add what they differ by.
 */
final class Clusters {

    private static final String BAD_POLICY = "backend_tls_invalid";
    private static final String BAD_CLIENT_CERTIFICATE = "client_certificate_invalid";

    private final ResourceSet resources;
    private final BackendTls backendTls;
    private final PolicyIndex<BackendPolicy> backendPolicies;
    private final Findings findings;
    private final Map<String, Cluster> clusters = new TreeMap<>();
    private final Map<String, List<Endpoint>> endpoints = new HashMap<>();
    private final Map<String, Set<String>> gatewaysOfService = new HashMap<>();

    Clusters(
            ResourceSet resources,
            BackendTls backendTls,
            PolicyIndex<BackendPolicy> backendPolicies,
            Findings findings) {
        this.resources = resources;
        this.backendTls = backendTls;
        this.backendPolicies = backendPolicies;
        this.findings = findings;
    }

    /** The cluster of a Service port, reached by a caller in a certain way. */
    String key(ServicePort target, BackendUse use, Caller caller) {
        Service service = target.service();
        Service.Port port = target.port();
        if (use != BackendUse.RAW && !caller.isSidecar()) {
            gatewaysOfService
                    .computeIfAbsent(service.path(), path -> new TreeSet<>())
                    .add(caller.gateway());
        }
        BackendTlsPolicy tlsPolicy = backendTls.of(service, port);
        BackendPolicy policy = backendPolicies.of(service, port);
        Protocol protocol = protocol(port, policy, use, caller);
        boolean tls = tlsPolicy != null && use != BackendUse.RAW;

        String key = service.path() + ":" + port.number();
        key += tlsPolicy != null && !tls ? "#raw" : "";
        key += protocol != protocol(port, policy, BackendUse.HTTP, caller) ? "#grpc" : "";
        key += tls && caller.clientCertificate() != null ? "#from=" + caller.gateway() : "";
        if (!clusters.containsKey(key)) {
            clusters.put(key, cluster(key, target, protocol, policy, tls ? tlsPolicy : null, caller));
        }
        if (tlsPolicy == null && use.isHttp() && AppProtocol.isOverTls(port.appProtocol())) {
            warnOfClearText(service, port);
        }
        return key;
    }

    private Cluster cluster(
            String key,
            ServicePort target,
            Protocol protocol,
            @Nullable BackendPolicy policy,
            @Nullable BackendTlsPolicy tlsPolicy,
            Caller caller) {
        LoadBalancing balancing = policy == null ? null : policy.loadBalancing();
        ConnectionSettings connection = policy == null ? null : policy.connection();
        Service service = target.service();
        return new Cluster(
                key,
                service.path(),
                protocol,
                endpoints.computeIfAbsent(
                        service.path() + ":" + target.port().number(),
                        name -> Endpoints.of(service, target.port(), resources, findings)),
                balancing == null ? LoadBalancing.DEFAULT : balancing,
                connection == null ? ConnectionSettings.DEFAULT : connection,
                tlsPolicy == null ? null : tls(tlsPolicy, caller.clientCertificate()),
                tlsPolicy == null ? null : invalid(tlsPolicy, caller.clientCertificate()),
                policy == null ? Resilience.NONE : policy.resilience());
    }

    private static Protocol protocol(Service.Port port, @Nullable BackendPolicy policy, BackendUse use, Caller caller) {
        Protocol chosen = policy == null ? null : policy.protocol();
        if (chosen != null && chosen != Protocol.AUTO) {
            return chosen;
        }
        Protocol declared = use == BackendUse.GRPC ? Protocol.HTTP2 : AppProtocol.of(port.appProtocol());
        if (declared != null && declared != Protocol.AUTO) {
            return declared;
        }
        return caller.isSidecar() ? Protocol.AS_CLIENT : Protocol.AUTO;
    }

    private UpstreamTls tls(BackendTlsPolicy policy, @Nullable Outcome<KeyPair> clientCertificate) {
        return new UpstreamTls(
                policy.hostname(),
                policy.subjectAltNames(),
                backendTls.trustOf(policy).caPem(),
                clientCertificate == null ? null : clientCertificate.value());
    }

    /** What cannot be verified, or cannot be shown the certificate that it was to be shown, gets no requests. */
    private @Nullable String invalid(BackendTlsPolicy policy, @Nullable Outcome<KeyPair> clientCertificate) {
        if (backendTls.trustOf(policy).unusable() != null) {
            return BAD_POLICY;
        }
        return clientCertificate != null && clientCertificate.problem() != null ? BAD_CLIENT_CERTIFICATE : null;
    }

    private void warnOfClearText(Service service, Service.Port port) {
        int index = service.ports().indexOf(port);
        findings.warning(
                service,
                "spec.ports[" + index + "].appProtocol",
                "ClearText",
                "requests go to port " + port.number() + " in clear text: TLS to backends needs a BackendTLSPolicy");
    }

    Map<String, Cluster> all() {
        return clusters;
    }

    /** The Gateways, as {@code namespace/name}, that reach a Service other than as raw bytes. */
    Set<String> gatewaysUsing(String service) {
        return gatewaysOfService.getOrDefault(service, Set.of());
    }
}
