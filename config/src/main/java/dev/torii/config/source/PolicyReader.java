package dev.torii.config.source;

import dev.torii.config.resource.BackendPolicy;
import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ReferenceGrant;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.TelemetryPolicy;
import dev.torii.routing.UpstreamTls.SubjectAltName;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads ReferenceGrant, BackendTLSPolicy, BackendPolicy and TelemetryPolicy. */
final class PolicyReader {

    private PolicyReader() {}

    static @Nullable Resource referenceGrant(Metadata metadata, Fields root) {
        return root.need("spec")
                .mapping(spec -> new ReferenceGrant(
                        metadata,
                        spec.need("from")
                                .list(
                                        1,
                                        16,
                                        from -> new ReferenceGrant.From(
                                                from.need("group").text(Syntax.GROUP),
                                                from.need("kind").text(Syntax.KIND),
                                                from.need("namespace").text(Syntax.LABEL))),
                        spec.need("to")
                                .list(
                                        1,
                                        16,
                                        to -> new ReferenceGrant.To(
                                                to.need("group").text(Syntax.GROUP),
                                                to.need("kind").text(Syntax.KIND),
                                                to.get("name").textOrNull(Syntax.NON_EMPTY)))));
    }

    static @Nullable Resource backendTls(Metadata metadata, Fields root) {
        Refs refs = new Refs(metadata.namespace());
        return root.need("spec").mapping(spec -> {
            spec.get("options").textMap();
            Validation validation = spec.need("validation").mapping(fields -> validation(fields, refs));
            return new BackendTlsPolicy(
                    metadata,
                    refs.targets(spec, true),
                    validation == null ? List.of() : validation.authorities,
                    validation != null && validation.system,
                    validation == null ? "" : validation.hostname,
                    validation == null ? List.of() : validation.names);
        });
    }

    private record Validation(
            List<ObjectRef> authorities, boolean system, String hostname, List<SubjectAltName> names) {}

    private static Validation validation(Fields fields, Refs refs) {
        fields.exclusive("caCertificateRefs", "wellKnownCACertificates");
        List<ObjectRef> authorities = fields.get("caCertificateRefs").list(0, 8, refs::local);
        boolean system =
                fields.get("wellKnownCACertificates").oneOf("", "System").equals("System");
        if (authorities.isEmpty() && !fields.has("wellKnownCACertificates")) {
            fields.error("MissingField", "one of `caCertificateRefs` and `wellKnownCACertificates` must be set");
        }
        return new Validation(
                authorities,
                system,
                fields.need("hostname").text(Syntax.PRECISE_HOSTNAME),
                fields.get("subjectAltNames").list(0, 5, PolicyReader::name));
    }

    private static SubjectAltName name(Fields name) {
        String type = name.need("type").oneOf("", "Hostname", "URI");
        name.union(type, Map.of("Hostname", "hostname", "URI", "uri"));
        String hostname = name.get("hostname").text(Syntax.HOSTNAME, "");
        String uri = name.get("uri").text(Syntax.URI, "");
        return type.equals("URI")
                ? new SubjectAltName(SubjectAltName.Type.URI, uri)
                : new SubjectAltName(SubjectAltName.Type.HOSTNAME, hostname);
    }

    static @Nullable Resource backend(Metadata metadata, Fields root) {
        Refs refs = new Refs(metadata.namespace());
        return root.need("spec").mapping(spec -> {
            var connection = spec.get("connection").mapping(BackendPolicyReader::connection);
            return new BackendPolicy(
                    metadata,
                    refs.targets(spec, true),
                    spec.get("loadBalancing").mapping(BackendPolicyReader::loadBalancing),
                    connection == null ? null : connection.settings(),
                    connection == null ? null : connection.protocol(),
                    ResilienceReader.read(spec));
        });
    }

    static @Nullable Resource telemetry(Metadata metadata, Fields root) {
        Refs refs = new Refs(metadata.namespace());
        return root.need("spec")
                .mapping(spec -> new TelemetryPolicy(
                        metadata,
                        refs.targets(spec, false),
                        TelemetryReader.tracing(spec),
                        TelemetryReader.accessLog(spec)));
    }
}
