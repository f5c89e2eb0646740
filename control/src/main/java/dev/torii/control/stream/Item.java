package dev.torii.control.stream;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.source.Document;
import dev.torii.config.stream.Message.Put;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An object as proxies are told of it, made once for all of them.
 *
 * @param digest of the text, by which versions of views are made
 */
record Item(ObjectKey key, Document document, Put put, byte[] digest) {

    static Item of(ObjectKey key, Document document) {
        byte[] digest = ViewVersion.sha256().digest(document.json().getBytes(StandardCharsets.UTF_8));
        return new Item(key, document, new Put(document.json()), Arrays.copyOf(digest, ViewVersion.BYTES));
    }

    boolean saysTheSameAs(Item other) {
        return this == other || Arrays.equals(digest, other.digest);
    }
}
