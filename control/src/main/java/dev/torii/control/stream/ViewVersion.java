package dev.torii.control.stream;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Names what a proxy has by its content, so that all replicas of control name it alike. */
final class ViewVersion {

    /** Of a digest: nobody gains anything by making two views alike. */
    static final int BYTES = 16;

    private ViewVersion() {}

    /** @param view sorted by key */
    static String of(List<Item> view) {
        MessageDigest all = sha256();
        view.forEach(item -> all.update(item.digest()));
        return HexFormat.of().formatHex(all.digest(), 0, BYTES);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
