package dev.torii.proxy.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Wraps bare RSA (RFC 8017, A.1.2) and EC (RFC 5915) private keys into PKCS #8 (RFC 5208):
 * {@code SEQUENCE { 0, SEQUENCE { algorithm, parameters }, OCTET STRING { key } }}.
 */
final class Pkcs8 {

    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    /** {@code parameters [0]} of an EC private key: the curve. */
    private static final int CURVE = 0xa0;

    private static final byte[] VERSION_0 = {INTEGER, 1, 0};
    /** 1.2.840.113549.1.1.1 with the NULL that RSA has for parameters. */
    private static final byte[] RSA = {6, 9, 42, (byte) 134, 72, (byte) 134, (byte) 247, 13, 1, 1, 1, 5, 0};
    /** 1.2.840.10045.2.1, to be followed by the curve. */
    private static final byte[] EC = {6, 7, 42, (byte) 134, 72, (byte) 206, 61, 2, 1};

    private Pkcs8() {}

    static byte[] ofRsa(byte[] pkcs1) {
        return wrap(RSA, pkcs1);
    }

    static byte[] ofEc(byte[] sec1) throws TlsMaterialException {
        return wrap(concat(EC, curve(sec1)), sec1);
    }

    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return tlv(SEQUENCE, concat(VERSION_0, tlv(SEQUENCE, algorithm), tlv(OCTET_STRING, key)));
    }

    /** The object identifier in {@code SEQUENCE { 1, OCTET STRING, [0] curve, … }}. */
    private static byte[] curve(byte[] sec1) throws TlsMaterialException {
        try {
            int at = contentOf(sec1, 0);
            while (at < sec1.length) {
                int content = contentOf(sec1, at);
                int end = content + lengthAt(sec1, at + 1);
                if ((sec1[at] & 0xff) == CURVE) {
                    return Arrays.copyOfRange(sec1, content, end);
                }
                at = end;
            }
        } catch (IndexOutOfBoundsException e) {
            throw new TlsMaterialException("the EC key is cut short");
        }
        throw new TlsMaterialException("the EC key names no curve");
    }

    /** Where the content of the element at {@code at} begins. */
    private static int contentOf(byte[] der, int at) {
        int first = der[at + 1];
        return at + 2 + (first < 0 ? first & 0x7f : 0);
    }

    /** The length field at {@code at}: short form, or long form of up to two bytes, which is enough for any EC key. */
    private static int lengthAt(byte[] der, int at) {
        int first = der[at];
        if (first >= 0) {
            return first;
        }
        return (first & 0x7f) == 1 ? der[at + 1] & 0xff : (der[at + 1] & 0xff) << 8 | der[at + 2] & 0xff;
    }

    private static byte[] tlv(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 128
                ? new byte[] {(byte) tag, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >>> 8), (byte) length};
        return concat(head, content);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
