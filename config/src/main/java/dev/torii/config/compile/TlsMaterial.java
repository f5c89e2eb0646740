package dev.torii.config.compile;

import dev.torii.routing.KeyPair;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns PEM from Secrets and ConfigMaps into what can be served, and refuses what cannot: so a bad certificate is found
 * when configuration is read, and not in a handshake.
 */
final class TlsMaterial {

    private TlsMaterial() {}

    /**
     * A chain with its key, re-written as plain {@code CERTIFICATE} and {@code PRIVATE KEY} blocks.
     *
     * @param name for {@link KeyPair#name()}
     */
    static KeyPair keyPair(String name, String certificatePem, String keyPem) throws GeneralSecurityException {
        List<X509Certificate> chain = certificates(certificatePem);
        PrivateKey key = PrivateKeys.read(keyPem);
        if (!belong(chain.get(0).getPublicKey(), key)) {
            throw new InvalidKeySpecException("the private key does not belong to the (first) certificate");
        }
        return new KeyPair(name, write(chain), PemBlocks.write("PRIVATE KEY", key.getEncoded()));
    }

    /** What is wrong with the validity of the first certificate at that time; null when nothing is. */
    static @Nullable String invalidity(KeyPair pair, Instant now) {
        try {
            X509Certificate first = certificates(pair.certificatePem()).get(0);
            Instant begin = first.getNotBefore().toInstant();
            Instant end = first.getNotAfter().toInstant();
            return now.isAfter(end)
                    ? "the certificate has expired at " + end
                    : now.isBefore(begin) ? "the certificate is not valid before " + begin : null;
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("a certificate that was read before", unreadable);
        }
    }

    /** CA certificates, re-written as plain blocks. */
    static String authorities(String pem) throws GeneralSecurityException {
        return write(certificates(pem));
    }

    private static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (PemBlocks.Block block : PemBlocks.of(pem)) {
            if (block.label().equals("CERTIFICATE")) {
                certificates.add(certificate(factory, block.der()));
            }
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("there is no PEM block of a certificate");
        }
        return certificates;
    }

    private static X509Certificate certificate(CertificateFactory factory, byte[] der) throws CertificateException {
        try {
            return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException unreadable) {
            throw new CertificateException("a certificate cannot be read", unreadable);
        }
    }

    private static String write(List<X509Certificate> certificates) throws GeneralSecurityException {
        StringBuilder pem = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            pem.append(PemBlocks.write("CERTIFICATE", certificate.getEncoded()));
        }
        return pem.toString();
    }

    /** RSA keys show it; of the others one signs and the other verifies. */
    private static boolean belong(PublicKey publicKey, PrivateKey privateKey) throws GeneralSecurityException {
        if (publicKey instanceof RSAPublicKey rsa) {
            return privateKey instanceof RSAPrivateKey key && key.getModulus().equals(rsa.getModulus());
        }
        if (!publicKey.getAlgorithm().equals(privateKey.getAlgorithm())) {
            return false;
        }
        try {
            return verifies(publicKey, privateKey);
        } catch (InvalidKeyException | SignatureException otherCurve) {
            return false;
        }
    }

    private static boolean verifies(PublicKey publicKey, PrivateKey privateKey) throws GeneralSecurityException {
        String algorithm = publicKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : publicKey.getAlgorithm();
        byte[] something = {1, 2, 3};
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(privateKey);
        signer.update(something);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(publicKey);
        verifier.update(something);
        return verifier.verify(signature);
    }
}
