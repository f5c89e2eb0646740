package dev.torii.proxy.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Reads PEM (RFC 7468) as it is found in Secrets. Keys may be PKCS #8, which is all that the JDK takes, or the older
 * PKCS #1 (RSA) and SEC 1 (EC) that openssl, cert-manager and Go write; those are wrapped into PKCS #8.
 */
final class Pem {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private Pem() {}

    private record Block(String label, String base64) {

        byte[] der() throws TlsMaterialException {
            try {
                return Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII));
            } catch (IllegalArgumentException e) {
                throw new TlsMaterialException("a PEM block is not base64");
            }
        }
    }

    /** All certificates in their order; at least one. */
    static List<X509Certificate> certificates(String pem) throws TlsMaterialException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(pem)) {
                if (block.label.equals("CERTIFICATE")) {
                    found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
                }
            }
        } catch (CertificateException e) {
            throw new TlsMaterialException("certificate " + (found.size() + 1) + " is not readable");
        }
        if (found.isEmpty()) {
            throw new TlsMaterialException("no certificate in PEM form");
        }
        return found;
    }

    /**
     * The first private key.
     *
     * @param algorithm of the certificate's public key, as {@link KeyFactory} calls it
     */
    static PrivateKey privateKey(String pem, String algorithm) throws TlsMaterialException {
        for (Block block : blocks(pem)) {
            byte[] pkcs8 = switch (block.label) {
                case "PRIVATE KEY" -> block.der();
                case "RSA PRIVATE KEY" -> Pkcs8.ofRsa(block.der());
                case "EC PRIVATE KEY" -> Pkcs8.ofEc(block.der());
                case "ENCRYPTED PRIVATE KEY" -> throw new TlsMaterialException("the key is encrypted");
                default -> null;
            };
            if (pkcs8 != null) {
                return decode(pkcs8, algorithm);
            }
        }
        throw new TlsMaterialException("no private key in PEM form");
    }

    private static PrivateKey decode(byte[] pkcs8, String algorithm) throws TlsMaterialException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new TlsMaterialException("the key is not a readable " + algorithm + " key");
        }
    }

    private static List<Block> blocks(String pem) throws TlsMaterialException {
        List<Block> blocks = new ArrayList<>();
        int at = pem.indexOf(BEGIN);
        while (at >= 0) {
            int labelEnd = pem.indexOf(DASHES, at + BEGIN.length());
            String label = labelEnd < 0 ? "" : pem.substring(at + BEGIN.length(), labelEnd);
            int end = labelEnd < 0 ? -1 : pem.indexOf(END + label + DASHES, labelEnd);
            if (end < 0) {
                throw new TlsMaterialException("a PEM block has no end");
            }
            blocks.add(new Block(label, pem.substring(labelEnd + DASHES.length(), end)));
            at = pem.indexOf(BEGIN, end);
        }
        return blocks;
    }
}
