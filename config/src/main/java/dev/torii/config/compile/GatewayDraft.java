package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.Gateway.ClientValidation;
import dev.torii.config.resource.Gateway.FrontendTls;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ResourceSet;
import dev.torii.routing.KeyPair;
import dev.torii.routing.ListenerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Gateway while its configuration is being worked out. */
final class GatewayDraft {

    private static final Set<String> ADDRESS_TYPES = Set.of("IPAddress", "Hostname");
    private static final String CLIENT_CERTIFICATE = "spec.tls.backend.clientCertificateRef";

    final Gateway gateway;
    final ListenerSettings settings;
    /** Its own. */
    final List<ListenerDraft> listeners;
    /** The ListenerSets that name it, the first in precedence first. */
    final List<ListenerSetDraft> sets = new ArrayList<>();
    /** How it is run in a cluster. */
    final Outcome<GatewayParameters> parameters;
    /**
     * Why it is not accepted, or null. It can only be about how its proxies are run: what they serve does not depend on
     * it, so that a slip there takes nothing from those who are served.
     */
    final @Nullable Problem rejected;
    /** To present to TLS backends; null when none is configured. */
    final @Nullable Outcome<KeyPair> clientCertificate;
    /** As its backends see it. */
    final Caller caller;

    private GatewayDraft(Gateway gateway, GatewayClasses classes, References references, Findings findings) {
        this.gateway = gateway;
        this.settings = GatewaySettings.of(gateway, findings);
        this.parameters = classes.parametersOf(gateway);
        Problem address = unsupportedAddress(gateway, classes.isCluster(), findings);
        boolean asks = gateway.infrastructure().parametersRef() != null;
        this.rejected = asks && parameters.problem() != null ? parameters.problem() : address;
        this.listeners = IntStream.range(0, gateway.listeners().size())
                .mapToObj(i -> new ListenerDraft(this, null, i, references, findings))
                .toList();
        this.clientCertificate = clientCertificate(references, findings);
        this.caller = new Caller(gateway.path(), clientCertificate);
    }

    /** All Gateways that are ours with their ListenerSets, in the order in which they may claim ports. */
    static List<GatewayDraft> all(
            ResourceSet resources,
            GatewayClasses classes,
            NamespaceGate gate,
            References references,
            Findings findings) {
        List<GatewayDraft> drafts = new ArrayList<>();
        resources.all(Gateway.class).stream()
                .filter(classes::isOurs)
                .sorted(Precedence.OLDEST_FIRST)
                .forEach(gateway -> drafts.add(new GatewayDraft(gateway, classes, references, findings)));
        ListenerSetDraft.attach(drafts, resources, gate, references, findings);
        return drafts;
    }

    /** What serves it in a cluster: a Deployment of its own, or the one that all Gateways of some classes share. */
    String process() {
        GatewayParameters usable = parameters.value();
        return usable != null && usable.shared() ? "" : gateway.path();
    }

    /** Its own, then those of its ListenerSets. */
    Stream<ListenerDraft> allListeners() {
        return Stream.concat(listeners.stream(), sets.stream().flatMap(set -> set.listeners.stream()));
    }

    private static @Nullable Problem unsupportedAddress(Gateway gateway, boolean cluster, Findings findings) {
        Problem problem = null;
        for (int i = 0; i < gateway.addresses().size(); i++) {
            String type = gateway.addresses().get(i).type();
            String field = "spec.addresses[" + i + "].type";
            if (!ADDRESS_TYPES.contains(type)) {
                problem = new Problem("UnsupportedAddress", "addresses of type `" + type + "` are not supported");
                findings.error(gateway, field, problem);
            } else if (!cluster) {
                findings.warning(
                        gateway, field, "AddressNotUsed", "addresses are not followed: `--bind` says where to listen");
            }
        }
        return problem;
    }

    boolean allowsInsecureFallback() {
        FrontendTls tls = gateway.frontendTls();
        return tls != null && tls.validations().anyMatch(ClientValidation::allowInsecureFallback);
    }

    private @Nullable Outcome<KeyPair> clientCertificate(References references, Findings findings) {
        ObjectRef ref = gateway.backendClientCertificate();
        if (ref == null) {
            return null;
        }
        Outcome<KeyPair> outcome = references.keyPair(gateway, ref, "InvalidClientCertificateRef");
        if (outcome.problem() != null) {
            findings.error(gateway, CLIENT_CERTIFICATE, outcome.problem());
        }
        return outcome;
    }
}
