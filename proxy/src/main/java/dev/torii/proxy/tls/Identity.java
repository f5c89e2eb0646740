package dev.torii.proxy.tls;

import dev.torii.routing.KeyPair;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A {@link KeyPair}, read.
 *
 * @param alias names it toward the TLS engine; never given to another one
 * @param keyType as the engine asks for it: {@code EC}, {@code RSA}, {@code EdDSA}
 */
record Identity(String alias, String keyType, List<X509Certificate> chain, PrivateKey key, CertificateNames names) {

    /** Reads PEM, which takes about a millisecond. */
    static Identity of(String alias, KeyPair pair) throws TlsMaterialException {
        List<X509Certificate> chain = Pem.certificates(pair.certificatePem());
        X509Certificate leaf = chain.get(0);
        String algorithm = leaf.getPublicKey().getAlgorithm();
        PrivateKey key = Pem.privateKey(pair.keyPem(), algorithm);
        requireTogether(leaf.getPublicKey(), key);
        return new Identity(alias, algorithm, List.copyOf(chain), key, CertificateNames.of(leaf));
    }

    /** Found out here it is one line at start; found out by a client it is a riddle. */
    private static void requireTogether(PublicKey shown, PrivateKey key) throws TlsMaterialException {
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "EC" -> "SHA256withECDSA";
                        case "EdDSA" -> "EdDSA";
                        default -> "SHA256withRSA";
                    });
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            if (!signature.verify(signed)) {
                throw new TlsMaterialException("the key does not belong to the certificate");
            }
        } catch (GeneralSecurityException e) {
            throw new TlsMaterialException("the " + key.getAlgorithm() + " key cannot sign");
        }
    }
}
