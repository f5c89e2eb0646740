package dev.torii.proxy.tls;

import dev.torii.routing.Listener;
import dev.torii.routing.Port;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a port asks of its clients.
 *
 * @param isAsked whether they must show a certificate
 * @param authorities one of which must vouch for it; none, and nobody gets in
 */
record ClientTrust(boolean isAsked, List<X509Certificate> authorities) {

    static final ClientTrust NONE = new ClientTrust(false, List.of());

    ClientTrust {
        authorities = List.copyOf(authorities);
    }

    /**
     * Listeners that do not agree, and authorities that cannot be read, let nobody in.
     *
     * @param problems gets a line for what is wrong
     */
    static ClientTrust of(Port port, List<String> problems) {
        Set<String> asked = new TreeSet<>();
        for (Listener listener : port.listeners()) {
            if (Identities.endsTls(listener)) {
                asked.add(listener.clientAuthorities() == null ? "" : listener.clientAuthorities());
            }
        }
        if (asked.isEmpty() || asked.equals(Set.of(""))) {
            return NONE;
        }
        if (asked.size() > 1) {
            problems.add("port " + port.number() + ": its listeners ask different certificates of clients");
            return new ClientTrust(true, List.of());
        }
        try {
            return new ClientTrust(
                    true, new ArrayList<>(Pem.certificates(asked.iterator().next())));
        } catch (TlsMaterialException e) {
            problems.add("port " + port.number() + ": CA certificates for clients: " + e.problem());
            return new ClientTrust(true, List.of());
        }
    }
}
