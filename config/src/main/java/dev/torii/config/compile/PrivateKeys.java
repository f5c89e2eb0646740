package dev.torii.config.compile;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys in the forms that tools write: PKCS #8, PKCS #1 (RSA; cert-manager's default) and SEC 1 (EC; of
 * {@code openssl ecparam}). The JDK knows only the first, so the others are wrapped into it.
 */
final class PrivateKeys {

    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519", "Ed448");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int EC_PARAMETERS = 0xa0;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    /** SEQUENCE of rsaEncryption (1.2.840.113549.1.1.1) and NULL. */
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    /** ecPublicKey (1.2.840.10045.2.1). */
    private static final byte[] EC_PUBLIC_KEY = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private PrivateKeys() {}

    /** The first private key of a PEM text. */
    static PrivateKey read(String pem) throws GeneralSecurityException {
        for (PemBlocks.Block block : PemBlocks.of(pem)) {
            byte[] pkcs8 = pkcs8(block);
            if (pkcs8 != null) {
                return key(pkcs8);
            }
        }
        throw new InvalidKeySpecException("there is no PEM block of a private key");
    }

    /** The key in the form that the JDK knows; null for what is no key, such as parameters or a certificate. */
    private static byte @Nullable [] pkcs8(PemBlocks.Block block) throws GeneralSecurityException {
        byte[] der = block.der();
        return switch (block.label()) {
            case "PRIVATE KEY" -> der;
            case "RSA PRIVATE KEY" -> der(SEQUENCE, VERSION_0, RSA, der(OCTET_STRING, der));
            case "EC PRIVATE KEY" ->
                der(SEQUENCE, VERSION_0, der(SEQUENCE, EC_PUBLIC_KEY, curve(der)), der(OCTET_STRING, der));
            case "ENCRYPTED PRIVATE KEY" -> throw new InvalidKeySpecException("the private key is encrypted");
            default -> null;
        };
    }

    private static PrivateKey key(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException other) {
                // of another algorithm, or broken, which the last one tells
            }
        }
        throw new InvalidKeySpecException("the private key cannot be read");
    }

    /** The curve's OID: the content of the field tagged [0] of an ECPrivateKey (RFC 5915). */
    private static byte[] curve(byte[] sec1) throws GeneralSecurityException {
        int[] at = {0};
        enter(sec1, at, SEQUENCE);
        skip(sec1, at); // version
        skip(sec1, at); // the key itself
        int length = enter(sec1, at, EC_PARAMETERS);
        return Arrays.copyOfRange(sec1, at[0], at[0] + length);
    }

    private static void skip(byte[] der, int[] at) throws GeneralSecurityException {
        at[0] += enter(der, at, -1);
    }

    /** Steps over tag and length; returns the length of the content, which is known to be there. */
    private static int enter(byte[] der, int[] at, int wantedTag) throws GeneralSecurityException {
        int start = at[0];
        int headers = start + 1 < der.length && (der[start + 1] & 0x80) != 0 ? der[start + 1] & 0x7f : 0;
        boolean ends = start + 2 + headers > der.length || headers > 2;
        if (ends || (wantedTag >= 0 && (der[start] & 0xff) != wantedTag)) {
            throw new InvalidKeySpecException("the private key cannot be read");
        }
        int length = headers == 0 ? der[start + 1] : 0;
        for (int i = 0; i < headers; i++) {
            length = length << 8 | (der[start + 2 + i] & 0xff);
        }
        at[0] = start + 2 + headers;
        if (at[0] + length > der.length) {
            throw new InvalidKeySpecException("the private key cannot be read");
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] each : contents) {
            content.writeBytes(each);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            // two bytes are enough for any key
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
