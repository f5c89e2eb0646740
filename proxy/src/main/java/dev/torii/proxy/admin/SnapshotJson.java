package dev.torii.proxy.admin;

import static dev.torii.proxy.admin.Json.list;

import dev.torii.proxy.HeaderMask;
import dev.torii.routing.Cluster;
import dev.torii.routing.Destination;
import dev.torii.routing.Directory;
import dev.torii.routing.HostPattern;
import dev.torii.routing.InboundPort;
import dev.torii.routing.KeyPair;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Mesh;
import dev.torii.routing.Port;
import dev.torii.routing.Snapshot;
import dev.torii.routing.StreamRoute;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.TreeMap;

/**
 * The page {@code /snapshot}: a snapshot under the names that its records have. Private keys, the values of headers
 * that carry credentials, and the passwords of stores are blanked. Of a mesh it has the Services that were called: there may be thousands.
 */
final class SnapshotJson {

    private SnapshotJson() {}

    static JsonObject of(Snapshot snapshot) {
        TreeMap<String, Cluster> clusters = new TreeMap<>(snapshot.clusters());
        List<Directory.Entry> called = snapshot.mesh().known();
        called.forEach(entry -> entry.clusters().forEach(clusters::putIfAbsent));
        return new JsonObject()
                .put("version", snapshot.version())
                .put("ports", list(snapshot.ports(), SnapshotJson::port))
                .put("clusters", list(clusters.values(), ClusterJson::of))
                .put("mesh", mesh(snapshot.mesh(), called))
                .put("telemetry", TelemetryJson.of(snapshot.telemetry()));
    }

    private static JsonObject mesh(Mesh mesh, List<Directory.Entry> called) {
        List<Destination> destinations =
                called.stream().flatMap(entry -> entry.ports().stream()).toList();
        return new JsonObject()
                .put("namespace", mesh.namespace())
                .put("destinations", list(destinations, SnapshotJson::destination))
                .put("inbound", list(mesh.inbound(), SnapshotJson::inbound));
    }

    private static JsonObject destination(Destination destination) {
        return new JsonObject()
                .put("namespace", destination.namespace())
                .put("name", destination.name())
                .put("addresses", list(destination.addresses(), address -> address))
                .put("port", destination.port())
                .put("speaks", destination.speaks())
                .put("listener", listener(destination.listener()));
    }

    private static JsonObject inbound(InboundPort inbound) {
        return new JsonObject()
                .put("port", inbound.port())
                .put("speaks", inbound.speaks())
                .put("listener", listener(inbound.listener()));
    }

    private static JsonObject port(Port port) {
        return new JsonObject()
                .put("number", port.number())
                .put("wire", port.wire())
                .put("listeners", list(port.listeners(), SnapshotJson::listener));
    }

    private static JsonObject listener(Listener listener) {
        return new JsonObject()
                .put("name", listener.name())
                .put("protocol", listener.protocol())
                .put("hostname", listener.hostname().value())
                .put("certificates", list(listener.certificates(), SnapshotJson::keyPair))
                .put("clientCertificates", listener.clientAuthorities() == null ? "not asked for" : "required")
                .put("settings", settings(listener.settings()))
                .put("routes", list(listener.routes().rules(), RuleJson::of))
                .put("streams", list(listener.streams().routes(), SnapshotJson::stream))
                .put("telemetry", TelemetryJson.unlessDefault(listener.telemetry()));
    }

    static JsonObject keyPair(KeyPair pair) {
        return new JsonObject()
                .put("name", pair.name())
                .put("certificatePem", pair.certificatePem())
                .put("keyPem", HeaderMask.MASKED);
    }

    private static JsonObject settings(ListenerSettings settings) {
        return new JsonObject()
                .put("trustedHops", settings.trustedHops())
                .put("keepRequestId", settings.keepRequestId())
                .put("allowConnect", settings.allowConnect())
                .put("maxUriBytes", settings.maxUriBytes())
                .put("maxHeaderBytes", settings.maxHeaderBytes())
                .put("maxHeaders", settings.maxHeaders())
                .put("maxBodyBytes", settings.maxBodyBytes())
                .put("headerTimeoutMs", settings.headerTimeoutMs())
                .put("idleTimeoutMs", settings.idleTimeoutMs())
                .put("handshakeTimeoutMs", settings.handshakeTimeoutMs());
    }

    private static JsonObject stream(StreamRoute route) {
        return new JsonObject()
                .put("route", RuleJson.route(route.route()))
                .put("name", route.name())
                .put("serverNames", list(route.serverNames(), HostPattern::value))
                .put("backends", list(route.backends(), RuleJson::backend));
    }
}
