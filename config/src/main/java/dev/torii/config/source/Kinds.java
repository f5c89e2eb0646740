package dev.torii.config.source;

import dev.torii.config.Wording;
import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.Resource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kinds we read, and in which versions of their API. */
final class Kinds {

    /** Reads what is beside {@code metadata}; null when the object is too broken to make. */
    interface Reader {
        @Nullable
        Resource read(Metadata metadata, Fields root);
    }

    /** @param versions newest first */
    record Kind(String group, String name, List<String> versions, Reader reader) {

        boolean clusterScoped() {
            return name.equals(NAMESPACE) || name.equals("GatewayClass");
        }

        /** Whether it is neither the Gateway API's nor ours. */
        boolean isKubernetesOwn() {
            return group.equals(CORE) || group.equals(DISCOVERY);
        }

        /** Whether anybody cares where in it a value stands; of EndpointSlices there are many, and programs write them. */
        boolean isWrittenByPeople() {
            return !name.equals(ENDPOINT_SLICE);
        }

        /** Whether a label means anything: those by which objects are selected. */
        boolean keepsLabel(String label) {
            return name.equals(NAMESPACE) || name.equals(ENDPOINT_SLICE) && label.equals(EndpointSlice.SERVICE_NAME);
        }

        /** The newest {@code apiVersion}. */
        String apiVersion() {
            return group.isEmpty() ? versions.get(0) : group + "/" + versions.get(0);
        }
    }

    private static final String ENDPOINT_SLICE = "EndpointSlice";
    private static final String NAMESPACE = "Namespace";
    private static final String GATEWAY = Resource.GATEWAY_GROUP;
    private static final String CORE = Resource.CORE_GROUP;
    private static final String DISCOVERY = "discovery.k8s.io";
    private static final String TORII = Resource.TORII_GROUP;
    private static final Map<String, Kind> BY_NAME = Stream.of(
                    kind(GATEWAY, "GatewayClass", GatewayReader::gatewayClass, "v1", "v1beta1"),
                    kind(GATEWAY, "Gateway", GatewayReader::gateway, "v1", "v1beta1"),
                    kind(GATEWAY, "ListenerSet", ListenerReader::listenerSet, "v1"),
                    kind(GATEWAY, "HTTPRoute", RouteReader::http, "v1", "v1beta1"),
                    kind(GATEWAY, "GRPCRoute", RouteReader::grpc, "v1"),
                    kind(GATEWAY, "TLSRoute", RouteReader::tls, "v1", "v1alpha3", "v1alpha2"),
                    kind(GATEWAY, "TCPRoute", RouteReader::tcp, "v1", "v1alpha2"),
                    kind(GATEWAY, "ReferenceGrant", PolicyReader::referenceGrant, "v1", "v1beta1"),
                    kind(GATEWAY, "BackendTLSPolicy", PolicyReader::backendTls, "v1", "v1alpha3"),
                    kind(CORE, "Service", CoreReader::service, "v1"),
                    kind(DISCOVERY, ENDPOINT_SLICE, CoreReader::endpointSlice, "v1"),
                    kind(CORE, "Secret", CoreReader::secret, "v1"),
                    kind(CORE, "ConfigMap", CoreReader::configMap, "v1"),
                    kind(CORE, NAMESPACE, CoreReader::namespace, "v1"),
                    kind(TORII, "BackendPolicy", PolicyReader::backend, "v1alpha1"),
                    kind(TORII, "RateLimitPolicy", RateLimitReader::read, "v1alpha1"),
                    kind(TORII, "FaultPolicy", FaultReader::read, "v1alpha1"),
                    kind(TORII, "TelemetryPolicy", PolicyReader::telemetry, "v1alpha1"))
            .collect(Collectors.toUnmodifiableMap(Kind::name, kind -> kind));

    /** Kinds of the Gateway API that mean nothing to us; not to be taken for typos. */
    private static final Set<String> NOT_SERVED = Set.of("UDPRoute", "XBackend", "XBackendTrafficPolicy", "XMesh");

    private Kinds() {}

    private static Kind kind(String group, String name, Reader reader, String... versions) {
        return new Kind(group, name, List.of(versions), reader);
    }

    static Collection<Kind> all() {
        return BY_NAME.values();
    }

    /** What they are called. */
    static Set<String> names() {
        return BY_NAME.keySet();
    }

    /** The kind, or null when we do not read it in that version. */
    static @Nullable Kind find(String apiVersion, String kind) {
        Kind found = BY_NAME.get(kind);
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash);
        boolean served = found != null
                && found.group().equals(group)
                && found.versions().contains(apiVersion.substring(slash + 1));
        return served ? found : null;
    }

    /** What to tell the author of an object that {@link #find} does not know. */
    static String notServed(String apiVersion, String kind) {
        Kind known = BY_NAME.get(kind);
        String what = Wording.quote(kind) + " of " + Wording.quote(apiVersion) + " is not served";
        if (known != null) {
            return what + ", use `apiVersion: " + known.apiVersion() + "`";
        }
        String suggestion = NOT_SERVED.contains(kind) ? "" : Wording.didYouMean(kind, BY_NAME.keySet());
        return what + (suggestion.isEmpty() ? ", and skipped" : suggestion);
    }
}
