package dev.torii.control.provision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * One object that we make, as JSON.
 *
 * @param kind for people
 * @param folder path at the API server of all of the kind in its namespace
 * @param wanted with a note of what it was made from; empty when there is to be none
 */
record Piece(String kind, String folder, String name, ObjectNode wanted) {

    private static final String NOTE = "gateway.torii.dev/applied";

    String path() {
        return folder + "/" + name;
    }

    /** Notes a hash of it in itself: so that is noticed what is no longer wanted, which is in no comparison. */
    static Piece of(String kind, String folder, String name, ObjectNode wanted) {
        if (wanted.path("metadata") instanceof ObjectNode metadata) {
            String hash = hash(wanted.toString());
            ObjectNode annotations = metadata.path("annotations") instanceof ObjectNode there
                    ? there
                    : metadata.putObject("annotations");
            annotations.put(NOTE, hash);
        }
        return new Piece(kind, folder, name, wanted);
    }

    /** Ours by label, and of one of these owners. */
    static boolean isOf(JsonNode object, List<String> ownerUids) {
        return isManaged(object) && owner(object, ownerUids);
    }

    static boolean isManaged(JsonNode object) {
        return object.path("metadata")
                .path("labels")
                .path(GatewayObjects.MANAGED_BY)
                .asText()
                .equals(GatewayObjects.TORII);
    }

    private static boolean owner(JsonNode object, List<String> uids) {
        for (JsonNode each : object.path("metadata").path("ownerReferences")) {
            if (uids.contains(each.path("uid").asText())) {
                return true;
            }
        }
        return false;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
