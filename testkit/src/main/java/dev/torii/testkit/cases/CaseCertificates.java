package dev.torii.testkit.cases;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.torii.testkit.Certificates;
import dev.torii.testkit.Certificates.Leaf;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that cases name, made anew in each run, by the names of the conformance suite. An authority has a
 * certificate only. Immutable.
 */
public final class CaseCertificates implements Symbols {

    private record Pem(String certificate, String key) {}

    private final Map<String, Pem> byName = new HashMap<>();

    public CaseCertificates() {
        // The suite also writes a bare "*", which is no DNS name and fits none.
        self("tls-validity-checks-certificate", "*.org", "*.wildcard.org", "*.test.com");
        self("certificate", "*.org");
        self("client-certificate", "client.example");
        Certificates checks = authority("tls-checks-ca-certificate");
        issue(
                checks,
                "tls-checks-certificate",
                "abc.example.com",
                "other.example.com",
                "spiffe://abc.example.com/test-identity");
        issue(checks, "tls-checks-client-certificate", "client.example.com");
        issue(checks, "tls-passthrough-checks-certificate", "abc.example.com");
        issue(checks, "tls-terminate-checks-certificate", "tls.example.com");
        authority("mismatch-ca-certificate");
        issue(
                authority("tls-validity-checks-ca-certificate"),
                "tls-validity-checks-client-certificate",
                "client.example.com");
        issue(
                authority("tls-validity-checks-per-port-ca-certificate"),
                "tls-validity-checks-per-port-client-certificate",
                "client.example.com");
    }

    /** The certificate, PEM. */
    public String certificate(String name) {
        return find(name).certificate();
    }

    /** Its key, PEM. */
    public String key(String name) {
        return find(name).key();
    }

    /** {@code NAME.crt} and {@code NAME.key} in base64, {@code NAME.pem} with escaped line ends. */
    @Override
    public @Nullable String get(String symbol) {
        int dot = symbol.lastIndexOf('.');
        Pem pem = dot < 0 ? null : byName.get(symbol.substring(0, dot));
        if (pem == null) {
            return null;
        }
        return switch (symbol.substring(dot)) {
            case ".crt" -> base64(pem.certificate());
            case ".key" -> base64(pem.key());
            case ".pem" -> pem.certificate().replace("\r", "").replace("\n", "\\n");
            default -> null;
        };
    }

    private Pem find(String name) {
        Pem pem = byName.get(name);
        if (pem == null) {
            throw new IllegalArgumentException("no such certificate: " + name);
        }
        return pem;
    }

    private void self(String name, String... hosts) {
        put(name, Certificates.selfSigned(hosts));
    }

    private void issue(Certificates authority, String name, String... hosts) {
        put(name, authority.issue(hosts));
    }

    private Certificates authority(String name) {
        Certificates authority = Certificates.authority(name);
        byName.put(name, new Pem(authority.caPem(), ""));
        return authority;
    }

    private void put(String name, Leaf leaf) {
        byName.put(name, new Pem(leaf.certificatePem(), leaf.keyPem()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
