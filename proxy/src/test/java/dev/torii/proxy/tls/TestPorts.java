package dev.torii.proxy.tls;

import dev.torii.routing.HostPattern;
import dev.torii.routing.KeyPair;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Port;
import dev.torii.routing.RouteTable;
import dev.torii.routing.StreamTable;
import dev.torii.testkit.Certificates;
import java.util.List;

/** Ports with HTTPS listeners, in a line. */
final class TestPorts {

    private TestPorts() {}

    static Port port(Listener... listeners) {
        return new Port(443, Port.Wire.TLS, List.of(listeners));
    }

    static Listener https(String hostname, KeyPair... certificates) {
        return listener(Listener.Protocol.HTTPS, hostname, certificates);
    }

    static Listener listener(Listener.Protocol protocol, String hostname, KeyPair... certificates) {
        return new Listener(
                "ns/gw/" + (hostname.isEmpty() ? "any" : hostname),
                protocol,
                HostPattern.of(hostname),
                List.of(certificates),
                ListenerSettings.DEFAULT,
                RouteTable.EMPTY,
                StreamTable.EMPTY);
    }

    /** An HTTPS listener without a hostname that asks its clients for certificates. */
    static Listener asking(String authorities, KeyPair... certificates) {
        Listener plain = https("", certificates);
        return new Listener(
                plain.name(),
                plain.protocol(),
                plain.hostname(),
                plain.certificates(),
                authorities,
                plain.settings(),
                plain.routes(),
                plain.streams(),
                plain.telemetry());
    }

    static KeyPair pair(Certificates.Leaf leaf) {
        return new KeyPair("ns/secret", leaf.certificatePem(), leaf.keyPem());
    }
}
