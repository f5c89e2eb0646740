package dev.torii.control.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.source.Document;
import dev.torii.control.status.DesiredStatus.Shape;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kind that has a status of ours.
 *
 * @param plural as paths name it
 */
record StatusKind(String plural, Shape shape) {

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

    private static final JsonFactory JSON = new JsonFactory();

    /** Or null for a kind without. */
    static @Nullable StatusKind of(String kind) {
        return ALL.get(kind);
    }

    /** The object's path at the API server, in the version that it was read in. */
    String path(ObjectKey key, Document document) {
        String namespace = key.namespace().isEmpty() ? "" : "/namespaces/" + key.namespace();
        return "/apis/" + apiVersion(document) + namespace + "/" + plural + "/" + key.name();
    }

    private static String apiVersion(Document document) {
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
            throw new IllegalArgumentException("a document that is no JSON: " + document.json(), e);
        }
        throw new IllegalArgumentException("a document without apiVersion: " + document.json());
    }
}
