package dev.torii.config.compile;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys in the forms that tools write: PKCS #8, PKCS #1 (RSA; cert-manager's default) and SEC 1 (EC; of
 * {@code openssl ecparam}). The JDK knows only the first, so the others are wrapped into it.
 */
final class PrivateKeys {

    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519", "Ed448");

    private static final String UNREADABLE = "the private key cannot be read";
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int EC_PARAMETERS = 0xa0;
    private static final int LENGTH_IN_1 = 0x81;
    private static final int LENGTH_IN_2 = 0x82;
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
        throw new InvalidKeySpecException(UNREADABLE);
    }

    /** The curve's OID: the content of the field tagged [0] of an ECPrivateKey (RFC 5915). */
    private static byte[] curve(byte[] sec1) throws InvalidKeySpecException {
        try {
            ByteBuffer key = next(ByteBuffer.wrap(sec1), SEQUENCE);
            next(key, INTEGER); // version
            next(key, OCTET_STRING); // the key itself
            ByteBuffer parameters = next(key, EC_PARAMETERS);
            byte[] oid = new byte[parameters.remaining()];
            parameters.get(oid);
            return oid;
        } catch (BufferUnderflowException | IndexOutOfBoundsException tooShort) {
            throw new InvalidKeySpecException(UNREADABLE, tooShort);
        }
    }

    /** The content of the next value, which the buffer is moved behind. */
    private static ByteBuffer next(ByteBuffer der, int tag) throws InvalidKeySpecException {
        if ((der.get() & 0xff) != tag) {
            throw new InvalidKeySpecException(UNREADABLE);
        }
        int length = der.get() & 0xff;
        length = length == LENGTH_IN_1 ? der.get() & 0xff : length == LENGTH_IN_2 ? der.getShort() & 0xffff : length;
        ByteBuffer content = der.slice(der.position(), length);
        der.position(der.position() + length);
        return content;
    }

    private static byte[] der(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] each : contents) {
            content.writeBytes(each);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        // the shortest form is the only one allowed; two bytes are enough for any key
        if (length >= 0x100) {
            out.write(LENGTH_IN_2);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(LENGTH_IN_1);
        }
        out.write(length);
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
