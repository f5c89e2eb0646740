package dev.torii.config.select;

import dev.torii.config.resource.BackendPolicy;
import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.FaultPolicy;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.ListenerSet;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.RateLimitPolicy;
import dev.torii.config.resource.ReferenceGrant;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import dev.torii.config.resource.TelemetryPolicy;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where an object is found by those who look for it. Most places are an object's own name, and also what is attached to an
 * object is found there, whether or not the object exists; the others have kinds that no object has.
 */
final class Places {

    /** Of policies that hold for everything. */
    static final ObjectKey EVERYTHING = new ObjectKey("everything", "", "");

    /** Of all Gateways. */
    static final ObjectKey GATEWAYS = new ObjectKey("gateways", "", "");

    /** Of all GatewayClasses. */
    static final ObjectKey CLASSES = new ObjectKey("classes", "", "");

    private Places() {}

    static ObjectKey of(ObjectRef ref) {
        return new ObjectKey(ref.kind(), ref.namespace(), ref.name());
    }

    static ObjectKey service(String namespace, String name) {
        return new ObjectKey("Service", namespace, name);
    }

    /** Of what is for a whole namespace. */
    static ObjectKey namespace(String name) {
        return new ObjectKey("Namespace", "", name);
    }

    /** Of Services, by a cluster IP. */
    static ObjectKey address(String canonical) {
        return new ObjectKey("address", "", canonical);
    }

    /** Of the ReferenceGrants of a namespace. */
    static ObjectKey grants(String namespace) {
        return new ObjectKey("grants", namespace, "");
    }

    /** Of Services that select pods by that label first. */
    static ObjectKey selecting(String namespace, String label, String value) {
        return new ObjectKey("selecting", namespace, label + "=" + value);
    }

    /** Every place that an object is found at. */
    static Set<ObjectKey> of(Resource object) {
        Set<ObjectKey> places = new LinkedHashSet<>();
        places.add(ObjectKey.of(object));
        if (object instanceof Route route) {
            route.parentRefs().forEach(parent -> places.add(of(parent.target())));
        } else if (object instanceof EndpointSlice slice) {
            places.add(service(slice.namespace(), slice.service()));
        } else if (object instanceof Service service) {
            service.clusterIps().forEach(each -> places.add(address(each)));
            new TreeMap<>(service.selector())
                    .entrySet().stream()
                            .limit(1)
                            .forEach(first ->
                                    places.add(selecting(service.namespace(), first.getKey(), first.getValue())));
        } else if (object instanceof ReferenceGrant) {
            places.add(grants(object.namespace()));
        } else if (object instanceof Gateway) {
            places.add(GATEWAYS);
        } else if (object instanceof GatewayClass) {
            places.add(CLASSES);
        } else if (object instanceof ListenerSet set) {
            places.add(of(set.gateway()));
        } else {
            targets(object).forEach(target -> places.add(target));
        }
        return places;
    }

    private static Collection<ObjectKey> targets(Resource policy) {
        if (policy instanceof TelemetryPolicy telemetry) {
            return telemetry.targetRefs().isEmpty() ? untargeted(telemetry) : targets(telemetry.targetRefs());
        } else if (policy instanceof BackendPolicy backend) {
            return targets(backend.targetRefs());
        } else if (policy instanceof BackendTlsPolicy tls) {
            return targets(tls.targetRefs());
        } else if (policy instanceof RateLimitPolicy limits) {
            return targets(limits.targetRefs());
        } else if (policy instanceof FaultPolicy faults) {
            return targets(faults.targetRefs());
        }
        return List.of();
    }

    /** It is for the whole mesh when it comes from where Torii is, else for its own namespace. */
    private static List<ObjectKey> untargeted(TelemetryPolicy policy) {
        String from = policy.namespace();
        return List.of(from.equals(Resource.MESH_NAMESPACE) ? EVERYTHING : namespace(from));
    }

    private static List<ObjectKey> targets(List<PolicyTarget> refs) {
        return refs.stream()
                .map(ref -> ref.object().kind().equals("Namespace")
                        ? namespace(ref.object().name())
                        : of(ref.object()))
                .toList();
    }

    /** Where the Services of pods with such labels are found. */
    static List<ObjectKey> selecting(String namespace, Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(each -> selecting(namespace, each.getKey(), each.getValue()))
                .toList();
    }
}
