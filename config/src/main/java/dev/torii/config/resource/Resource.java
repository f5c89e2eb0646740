package dev.torii.config.resource;

import dev.torii.config.Position;

/** One object of a manifest. */
public sealed interface Resource
        permits Route,
                GatewayClass,
                Gateway,
                ListenerSet,
                ReferenceGrant,
                BackendTlsPolicy,
                BackendPolicy,
                RateLimitPolicy,
                FaultPolicy,
                TelemetryPolicy,
                Service,
                EndpointSlice,
                Secret,
                ConfigMap,
                Namespace {

    /** The Gateway API's group. */
    String GATEWAY_GROUP = "gateway.networking.k8s.io";

    /** The group of core kinds. */
    String CORE_GROUP = "";

    /** Our own group. */
    String TORII_GROUP = "torii.dev";

    /** Where Torii is installed, and what is for the whole mesh may be said: who may write there runs the mesh. */
    String MESH_NAMESPACE = "torii-system";

    /** The API group, without a version; {@code ""} for core. */
    String group();

    /** As in manifests, say {@code HTTPRoute}. */
    String kind();

    Metadata metadata();

    default String namespace() {
        return metadata().namespace();
    }

    default String name() {
        return metadata().name();
    }

    /** {@code namespace/name}. */
    default String path() {
        return namespace().isEmpty() ? name() : namespace() + "/" + name();
    }

    /** {@code Kind namespace/name}, as findings name an object. */
    default String describe() {
        return kind() + " " + path();
    }

    /** Where a value stands, see {@link Positions#at}. */
    default Position at(String field) {
        return metadata().positions().at(field);
    }
}
