package dev.torii.proxy.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The subject alternative names of a certificate. The common name does not count (RFC 9525, section 6.2).
 *
 * @param dns lower case
 */
record CertificateNames(List<String> dns, List<String> uris) {

    private static final int DNS_NAME = 2;
    private static final int URI_NAME = 6;

    CertificateNames {
        dns = List.copyOf(dns);
        uris = List.copyOf(uris);
    }

    static CertificateNames of(X509Certificate certificate) throws TlsMaterialException {
        List<String> dns = new ArrayList<>();
        List<String> uris = new ArrayList<>();
        for (List<?> name : alternatives(certificate)) {
            if (name.get(0).equals(DNS_NAME)) {
                dns.add(((String) name.get(1)).toLowerCase(Locale.ROOT));
            } else if (name.get(0).equals(URI_NAME)) {
                uris.add((String) name.get(1));
            }
        }
        return new CertificateNames(dns, uris);
    }

    /** Whether it is a certificate for {@code host} (lower case): {@code *.} stands for exactly one label. */
    boolean covers(String host) {
        for (String name : dns) {
            if (name.equals(host)) {
                return true;
            }
            int dot = host.indexOf('.');
            if (name.startsWith("*.") && dot > 0 && name.substring(1).equals(host.substring(dot))) {
                return true;
            }
        }
        return false;
    }

    private static Collection<List<?>> alternatives(X509Certificate certificate) throws TlsMaterialException {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            throw new TlsMaterialException("the certificate's names are not readable");
        }
    }
}
