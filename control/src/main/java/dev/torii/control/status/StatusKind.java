package dev.torii.control.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.torii.config.resource.BackendPolicy;
import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.FaultPolicy;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.RateLimitPolicy;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.TcpRoute;
import dev.torii.config.resource.TelemetryPolicy;
import dev.torii.config.resource.TlsRoute;
import dev.torii.config.source.Document;
import dev.torii.control.status.DesiredStatus.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A kind that has a status of ours.
 *
 * @param plural as paths name it
 * @param shape of its status
 */
public record StatusKind(String plural, Shape shape) {

    private static final Map<String, StatusKind> ALL = Map.ofEntries(
            Map.entry("GatewayClass", new StatusKind("gatewayclasses", Shape.CLASS)),
            Map.entry("Gateway", new StatusKind("gateways", Shape.LISTENERS)),
            Map.entry("ListenerSet", new StatusKind("listenersets", Shape.LISTENERS)),
            Map.entry("HTTPRoute", new StatusKind("httproutes", Shape.ROUTE)),
            Map.entry("GRPCRoute", new StatusKind("grpcroutes", Shape.ROUTE)),
            Map.entry("TLSRoute", new StatusKind("tlsroutes", Shape.ROUTE)),
            Map.entry("TCPRoute", new StatusKind("tcproutes", Shape.ROUTE)),
            Map.entry("BackendTLSPolicy", new StatusKind("backendtlspolicies", Shape.POLICY)),
            Map.entry("BackendPolicy", new StatusKind("backendpolicies", Shape.POLICY)),
            Map.entry("RateLimitPolicy", new StatusKind("ratelimitpolicies", Shape.POLICY)),
            Map.entry("FaultPolicy", new StatusKind("faultpolicies", Shape.POLICY)),
            Map.entry("TelemetryPolicy", new StatusKind("telemetrypolicies", Shape.POLICY)));

    /** Those in which other controllers have their own entries beside ours, so that ours have to be taken away by us. */
    public static final List<Class<? extends Resource>> SHARED = List.of(
            HttpRoute.class,
            GrpcRoute.class,
            TlsRoute.class,
            TcpRoute.class,
            BackendTlsPolicy.class,
            BackendPolicy.class,
            RateLimitPolicy.class,
            FaultPolicy.class,
            TelemetryPolicy.class);

    private static final Set<String> OURS =
            Set.of("BackendPolicy", "RateLimitPolicy", "FaultPolicy", "TelemetryPolicy");
    private static final JsonFactory JSON = new JsonFactory();

    /** Or null for a kind without. */
    public static @Nullable StatusKind of(String kind) {
        return ALL.get(kind);
    }

    /**
     * The object's path at the API server, in the version that it was read in.
     *
     * @param document null when it could not be read: then in the version that there is for sure
     */
    public String path(ObjectKey key, @Nullable Document document) {
        String namespace = key.namespace().isEmpty() ? "" : "/namespaces/" + key.namespace();
        return "/apis/" + apiVersion(key, document) + namespace + "/" + plural + "/" + key.name();
    }

    private static String apiVersion(ObjectKey key, @Nullable Document document) {
        if (document != null) {
            try (JsonParser parser = JSON.createParser(document.json())) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String field = parser.currentName();
                    parser.nextToken();
                    if (field.equals("apiVersion")) {
                        return parser.getText();
                    }
                    parser.skipChildren();
                }
            } catch (IOException e) {
                throw new UncheckedIOException("a document that is no JSON: " + document.json(), e);
            }
        }
        return OURS.contains(key.kind()) ? Resource.TORII_GROUP + "/v1alpha1" : Resource.GATEWAY_GROUP + "/v1";
    }
}
