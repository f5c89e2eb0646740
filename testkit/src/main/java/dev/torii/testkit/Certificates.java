package dev.torii.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * A certificate authority for tests, made in memory within milliseconds: EC P-256 keys, valid from a day ago for a day
 * or more. Immutable; safe on any thread. Each call makes a new key.
 *
 * <p>Names are DNS names ({@code shop.example}, {@code *.shop.example}), IP addresses, or URIs ({@code spiffe://…}).
 */
public final class Certificates {

    private static final Duration DAY = Duration.ofDays(1);

    private final X509Bundle authority;

    private Certificates(X509Bundle authority) {
        this.authority = authority;
    }

    /**
     * A certificate with its key.
     *
     * @param certificatePem the leaf, without its authority
     * @param keyPem PKCS #8
     */
    public record Leaf(String certificatePem, String keyPem, X509Certificate certificate) {}

    /** A new self-signed authority. */
    public static Certificates authority(String name) {
        return new Certificates(selfSigned(authorityOf(name)));
    }

    /** An authority whose own certificate ran out a day ago. */
    public static Certificates expiredAuthority(String name) {
        return new Certificates(selfSigned(expired(authorityOf(name))));
    }

    /** A certificate that vouches for itself, for a server and for being trusted as it is. */
    public static Leaf selfSigned(String... names) {
        return leaf(selfSigned(named(names).setIsCertificateAuthority(true)));
    }

    /** The authority's certificate, for whoever shall trust it. */
    public String caPem() {
        return authority.getCertificatePEM();
    }

    /** A certificate for a server or a client. */
    public Leaf issue(String... names) {
        return issue(UnaryOperator.identity(), names);
    }

    /** The same with an RSA key of 2048 bits, which takes a moment to make. */
    public Leaf issueRsa(String... names) {
        return issue(CertificateBuilder::rsa2048, names);
    }

    /** A certificate that ran out a day ago. */
    public Leaf issueExpired(String... names) {
        return issue(Certificates::expired, names);
    }

    private Leaf issue(UnaryOperator<CertificateBuilder> change, String... names) {
        try {
            return leaf(change.apply(named(names)).buildIssuedBy(authority));
        } catch (Exception e) {
            throw new IllegalStateException("cannot issue a certificate", e);
        }
    }

    private static X509Bundle selfSigned(CertificateBuilder builder) {
        try {
            return builder.buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException("cannot make a certificate", e);
        }
    }

    private static Leaf leaf(X509Bundle bundle) {
        return new Leaf(bundle.getCertificatePEM(), bundle.getPrivateKeyPEM(), bundle.getCertificate());
    }

    private static CertificateBuilder authorityOf(String name) {
        return fresh("CN=" + name).setIsCertificateAuthority(true);
    }

    private static CertificateBuilder named(String... names) {
        CertificateBuilder builder = fresh("CN=" + (names.length == 0 ? "nameless" : "leaf"));
        return names.length == 0
                ? builder
                : builder.addExtensionOctetString(Extension.subjectAlternativeName.getId(), false, encode(names));
    }

    /** Written out, because the builder's own method takes no wildcard. */
    private static byte[] encode(String... names) {
        try {
            return new GeneralNames(
                            Stream.of(names).map(Certificates::generalName).toArray(GeneralName[]::new))
                    .getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GeneralName generalName(String name) {
        if (name.contains("://")) {
            return new GeneralName(GeneralName.uniformResourceIdentifier, name);
        }
        return new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static CertificateBuilder fresh(String subject) {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .ecp256()
                .subject(subject)
                .notBefore(now.minus(DAY))
                .notAfter(now.plus(DAY));
    }

    private static CertificateBuilder expired(CertificateBuilder builder) {
        Instant now = Instant.now();
        return builder.notBefore(now.minus(DAY.multipliedBy(2))).notAfter(now.minus(DAY));
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.chars().allMatch(c -> c == '.' || Character.isDigit(c));
    }
}
