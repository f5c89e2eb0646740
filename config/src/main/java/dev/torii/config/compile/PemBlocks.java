package dev.torii.config.compile;

import java.security.GeneralSecurityException;
import java.security.spec.InvalidKeySpecException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The blocks of a PEM text (RFC 7468); what stands between them is ignored, as everywhere. */
final class PemBlocks {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final int LINE = 64;

    private PemBlocks() {}

    /** @param label say, {@code CERTIFICATE} */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Block(String label, byte[] der) {}

    /** @throws GeneralSecurityException when a block does not end or is not Base64 */
    static List<Block> of(String text) throws GeneralSecurityException {
        List<Block> blocks = new ArrayList<>();
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int labelEnd = text.indexOf(DASHES, begin + BEGIN.length());
            String label = labelEnd < 0 ? "" : text.substring(begin + BEGIN.length(), labelEnd);
            int end = labelEnd < 0 ? -1 : text.indexOf(END + label + DASHES, labelEnd);
            if (end < 0 || label.indexOf('\n') >= 0) {
                throw new InvalidKeySpecException("a PEM block does not end");
            }
            String body = text.substring(labelEnd + DASHES.length(), end);
            if (body.contains("ENCRYPTED")) {
                throw new InvalidKeySpecException("the private key is encrypted");
            }
            blocks.add(new Block(label, decode(body)));
            begin = text.indexOf(BEGIN, end + END.length());
        }
        return blocks;
    }

    private static byte[] decode(String base64) throws GeneralSecurityException {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException notBase64) {
            throw new InvalidKeySpecException("a PEM block is not Base64", notBase64);
        }
    }

    static String write(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
        return BEGIN + label + DASHES + "\n" + base64 + "\n" + END + label + DASHES + "\n";
    }
}
