package dev.torii.proxy.admin;

import static dev.torii.proxy.admin.Json.list;
import static dev.torii.proxy.admin.Json.optional;

import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.UpstreamTls;
import io.vertx.core.json.JsonObject;

/** A configured cluster, as part of {@code /snapshot}. */
final class ClusterJson {

    private ClusterJson() {}

    static JsonObject of(Cluster cluster) {
        return new JsonObject()
                .put("key", cluster.key())
                .put("service", cluster.service())
                .put("protocol", cluster.protocol())
                .put("endpoints", list(cluster.endpoints(), Endpoint::toString))
                .put("loadBalancing", loadBalancing(cluster.loadBalancing()))
                .put("connection", connection(cluster.connection()))
                .put("tls", optional(cluster.tls(), ClusterJson::tls))
                .put("invalid", cluster.invalid())
                .put("resilience", ResilienceJson.of(cluster.resilience()));
    }

    private static JsonObject loadBalancing(LoadBalancing balancing) {
        return new JsonObject()
                .put("algorithm", balancing.algorithm())
                .put("hashOn", optional(balancing.hashOn(), RuleJson::hashKey))
                .put("slowStartMs", balancing.slowStartMs());
    }

    private static JsonObject connection(ConnectionSettings connection) {
        return new JsonObject()
                .put("connectTimeoutMs", connection.connectTimeoutMs())
                .put("idleTimeoutMs", connection.idleTimeoutMs())
                .put("maxPerEndpoint", connection.maxPerEndpoint());
    }

    private static JsonObject tls(UpstreamTls tls) {
        return new JsonObject()
                .put("serverName", tls.serverName())
                .put("subjectAltNames", list(tls.subjectAltNames(), ClusterJson::subjectAltName))
                .put("caPem", tls.caPem())
                .put("clientCertificate", optional(tls.clientCertificate(), SnapshotJson::keyPair));
    }

    private static JsonObject subjectAltName(UpstreamTls.SubjectAltName name) {
        return new JsonObject().put("type", name.type()).put("value", name.value());
    }
}
