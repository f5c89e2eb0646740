package dev.torii.routing;

import org.jspecify.annotations.Nullable;

/**
 * A hash map whose look-up key is a region of a text, so that all prefixes (or suffixes) of a request's path (or host)
 * can be tried without making a string of each. The caller computes the hash while it walks the text; {@link #step} is
 * the recipe for both sides. Filled while a table is compiled, then only read.
 */
final class RegionMap<V> {

    private @Nullable String[] keys = new String[8];
    private @Nullable Object[] values = new Object[8];
    private int[] hashes = new int[8];
    private int size;

    /** The hash of a region, one character further; starts at 0. Left to right it is {@link String#hashCode()}. */
    static int step(int hash, char next) {
        return 31 * hash + next;
    }

    /** Adds a key that is not there yet. */
    void put(String key, int hash, V value) {
        if (size * 2 >= keys.length) {
            grow();
        }
        int slot = freeSlot(hash);
        keys[slot] = key;
        values[slot] = value;
        hashes[slot] = hash;
        size++;
    }

    /** The value of the key that equals {@code text} from {@code from} to {@code to}, or null. */
    @SuppressWarnings("unchecked")
    @Nullable
    V get(int hash, String text, int from, int to) {
        int mask = keys.length - 1;
        for (int slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
            String key = keys[slot];
            if (key == null) {
                return null;
            }
            if (hashes[slot] == hash && key.length() == to - from && text.startsWith(key, from)) {
                return (V) values[slot];
            }
        }
    }

    private int freeSlot(int hash) {
        int mask = keys.length - 1;
        int slot = spread(hash) & mask;
        while (keys[slot] != null) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        @Nullable String[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        int[] oldHashes = hashes;
        keys = new String[oldKeys.length * 2];
        values = new Object[oldKeys.length * 2];
        hashes = new int[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != null) {
                int slot = freeSlot(oldHashes[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
                hashes[slot] = oldHashes[i];
            }
        }
    }

    private static int spread(int hash) {
        return hash ^ (hash >>> 16);
    }
}
