package dev.torii.kube;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority's certificate with its key: EC P-256, ten years.
 *
 * @param key never leaves this process but into its Secret
 */
record Issuer(X509Certificate certificate, PrivateKey key) {

    static final Duration LIFE = Duration.ofDays(3650);
    static final Duration LEAF_LIFE = Duration.ofDays(30);

    /** For whoever's clock is behind ours. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final String SIGNED = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;

    /** A new one. */
    static Issuer fresh(Instant now) throws GeneralSecurityException {
        KeyPair pair = pair();
        // A name of its own: verifiers look for an issuer by name first.
        BigInteger serial = serial();
        X500Name name = new X500Name("CN=torii " + serial.toString(Character.MAX_RADIX));
        try {
            X509v3CertificateBuilder builder = certificate(name, serial, now, LIFE, name, pair.getPublic());
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(pair.getPublic()));
            return new Issuer(signed(builder, pair.getPrivate()), pair.getPrivate());
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /**
     * A certificate for a server, with a key of its own.
     *
     * @param names DNS names and addresses
     */
    Issuer leaf(List<String> names, Instant now) throws GeneralSecurityException {
        KeyPair pair = pair();
        try {
            X509v3CertificateBuilder builder = certificate(
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                    serial(),
                    now,
                    LEAF_LIFE,
                    new X500Name("CN=torii"),
                    pair.getPublic());
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            GeneralName[] subjects = names.stream()
                    .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                    .toArray(GeneralName[]::new);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                    .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(subjects))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(certificate));
            return new Issuer(signed(builder, key), pair.getPrivate());
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /** Whether the key is the certificate's. */
    static boolean fits(X509Certificate certificate, PrivateKey key) {
        byte[] words = {1, 2, 3};
        try {
            Signature signer = Signature.getInstance(SIGNED);
            signer.initSign(key);
            signer.update(words);
            Signature verifier = Signature.getInstance(SIGNED);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(words);
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException otherKind) {
            return false;
        }
    }

    /** Whether this, a leaf, need not be renewed yet: two thirds of its life are not over, and the same authority signs. */
    boolean isGoodFor(Issuer signer, Instant now) {
        return certificate.getIssuerX500Principal().equals(signer.certificate.getSubjectX500Principal())
                && now.isBefore(from().plus(LEAF_LIFE.multipliedBy(2).dividedBy(3)))
                && !now.isBefore(from().minus(BACKDATED));
    }

    /** When it was made. */
    Instant from() {
        return certificate.getNotBefore().toInstant().plus(BACKDATED);
    }

    Instant until() {
        return certificate.getNotAfter().toInstant();
    }

    private static KeyPair pair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1);
    }

    private static X509v3CertificateBuilder certificate(
            X500Name issuer, BigInteger serial, Instant now, Duration life, X500Name subject, PublicKey key) {
        return new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(now.minus(BACKDATED)), Date.from(now.plus(life)), subject, key);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNED).build(key)));
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.chars().allMatch(c -> c == '.' || Character.isDigit(c));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return certificate.getSubjectX500Principal().getName() + " until " + until();
    }
}
