package dev.torii.routing;

import org.jspecify.annotations.Nullable;

/**
 * Texts of the configuration that are written into heads as they are. HTTP/1 has one byte for a character, so what is
 * above U+00FF would be cut into another character, say a line end. The configuration refuses such texts with a finding;
 * this is the last gate, at which a snapshot from anywhere else fails to be made.
 */
final class WireText {

    private WireText() {}

    /** Throws {@link IllegalArgumentException} when the text cannot stand in a line of a head. */
    static void check(@Nullable String text) {
        for (int i = 0; text != null && i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                throw new IllegalArgumentException("a character that no head can carry, at " + i + " of " + text);
            }
        }
    }
}
