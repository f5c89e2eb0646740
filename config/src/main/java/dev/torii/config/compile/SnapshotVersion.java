package dev.torii.config.compile;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.torii.routing.Cluster;
import dev.torii.routing.Destination;
import dev.torii.routing.Directory;
import dev.torii.routing.InboundPort;
import dev.torii.routing.KeyPair;
import dev.torii.routing.Listener;
import dev.torii.routing.Mesh;
import dev.torii.routing.Port;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import dev.torii.routing.Rule;
import dev.torii.routing.Telemetry;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The hash of a snapshot's content, or of a part of it: SHA-256 over the text of its records. Keys and passwords go into
 * the hash and come out nowhere.
 */
final class SnapshotVersion {

    private static final int BYTES = 6;

    private final MessageDigest digest;
    /** Of rules and clusters: {@link #digest(Record)}, or what that gave before. */
    private final Function<Record, byte[]> parts;

    private SnapshotVersion(Function<Record, byte[]> parts) {
        this.parts = parts;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }

    /** Names such a snapshot; the hash is shortened. */
    static String of(
            List<Port> ports,
            Map<String, Cluster> clusters,
            Mesh mesh,
            Telemetry telemetry,
            Function<Record, byte[]> parts) {
        SnapshotVersion version = new SnapshotVersion(parts);
        for (Port port : ports) {
            version.add("port", port.number(), port.wire());
            port.listeners().forEach(version::add);
        }
        new TreeMap<>(clusters).values().forEach(version::addPart);
        SnapshotVersion services = new SnapshotVersion(SnapshotVersion::digest); // each is made for this, and let go
        services.add(mesh);
        version.add(services.digest.digest());
        version.add("telemetry", telemetry);
        return HexFormat.of().formatHex(version.digest.digest(), 0, BYTES);
    }

    /** Of a rule or a cluster. */
    static byte[] digest(Record part) {
        SnapshotVersion version = new SnapshotVersion(SnapshotVersion::digest);
        if (part instanceof Rule rule) {
            version.add(rule);
        } else {
            version.add((Cluster) part);
        }
        return version.digest.digest();
    }

    private void addPart(Record part) {
        add(parts.apply(part));
    }

    private void add(Mesh mesh) {
        add("mesh", mesh.namespace());
        mesh.directory().all().forEach(this::add);
        for (InboundPort each : mesh.inbound()) {
            add("inbound", each.port(), each.speaks());
            add(each.listener());
        }
    }

    private void add(Directory.Entry service) {
        for (Destination each : service.ports()) {
            add("destination", each.service(), each.addresses(), each.port(), each.speaks());
            add(each.listener());
        }
        new TreeMap<>(service.clusters()).values().forEach(this::addPart);
    }

    private void add(Listener listener) {
        add(
                "listener",
                listener.name(),
                listener.protocol(),
                listener.hostname(),
                listener.settings(),
                listener.telemetry());
        listener.certificates().forEach(this::add);
        if (listener.clientAuthorities() != null) {
            add("clients", listener.clientAuthorities());
        }
        listener.routes().rules().forEach(this::addPart);
        listener.streams().routes().forEach(route -> add("stream", route));
    }

    /** The record's text has all but the passwords. */
    private void add(Rule rule) {
        add("rule", rule);
        add(rule.protection());
        rule.backends().forEach(backend -> add(backend.protection()));
    }

    private void add(Protection protection) {
        for (RateLimit limit : protection.limits()) {
            if (limit.store() != null) {
                add("store", limit.store().uri());
            }
        }
    }

    /** The record's text has all but the keys. */
    private void add(Cluster cluster) {
        add("cluster", cluster);
        if (cluster.tls() != null) {
            add(cluster.tls().clientCertificate());
        }
    }

    private void add(@Nullable KeyPair pair) {
        if (pair != null) {
            add("key", pair.name(), pair.certificatePem(), pair.keyPem());
        }
    }

    /** Every part with its length before it, so that no two lists of parts look the same. */
    private void add(Object... parts) {
        for (Object part : parts) {
            add(part.toString().getBytes(UTF_8));
        }
    }

    private void add(byte[] bytes) {
        digest.update((bytes.length + ":").getBytes(UTF_8));
        digest.update(bytes);
    }
}
