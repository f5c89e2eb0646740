package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ResourceSet;
import dev.torii.routing.KeyPair;
import dev.torii.routing.ListenerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A Gateway while its configuration is being worked out. */
final class GatewayDraft {

    private static final Set<String> ADDRESS_TYPES = Set.of("IPAddress", "Hostname");
    private static final String CLIENT_CERTIFICATE = "spec.tls.backend.clientCertificateRef";

    final Gateway gateway;
    final ListenerSettings settings;
    final List<ListenerDraft> listeners;
    /** Why nothing of it can be served, or null. */
    final @Nullable Problem rejected;
    /** To present to TLS backends; null when none is configured. */
    final @Nullable Outcome<KeyPair> clientCertificate;
    /** As its backends see it. */
    final Caller caller;

    private GatewayDraft(Gateway gateway, References references, Findings findings) {
        this.gateway = gateway;
        this.settings = GatewaySettings.of(gateway, findings);
        this.rejected = rejection(gateway, findings);
        this.listeners = IntStream.range(0, gateway.listeners().size())
                .mapToObj(i -> new ListenerDraft(this, i, references, findings))
                .toList();
        this.clientCertificate = clientCertificate(references, findings);
        this.caller = new Caller(gateway.path(), clientCertificate);
    }

    /** All Gateways, in the order in which they may claim ports. */
    static List<GatewayDraft> all(ResourceSet resources, References references, Findings findings) {
        List<GatewayDraft> drafts = new ArrayList<>();
        resources.all(Gateway.class).stream()
                .sorted(Precedence.OLDEST_FIRST)
                .forEach(gateway -> drafts.add(new GatewayDraft(gateway, references, findings)));
        return drafts;
    }

    private static @Nullable Problem rejection(Gateway gateway, Findings findings) {
        Problem problem = null;
        for (int i = 0; i < gateway.addresses().size(); i++) {
            String type = gateway.addresses().get(i).type();
            String field = "spec.addresses[" + i + "].type";
            if (!ADDRESS_TYPES.contains(type)) {
                problem = new Problem("UnsupportedAddress", "addresses of type `" + type + "` are not supported");
                findings.error(gateway, field, problem);
            } else {
                findings.warning(
                        gateway, field, "AddressNotUsed", "addresses are not followed: `--bind` says where to listen");
            }
        }
        ObjectRef parameters = gateway.infrastructure().parametersRef();
        if (parameters != null) {
            problem = new Problem("InvalidParameters", "Torii knows no parameters, so none of a " + parameters.kind());
            findings.error(gateway, "spec.infrastructure.parametersRef", problem);
        }
        return problem;
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
