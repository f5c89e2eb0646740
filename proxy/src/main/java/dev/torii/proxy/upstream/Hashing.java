package dev.torii.proxy.upstream;

/** A fast hash whose bits are well mixed: the same in every process and version, for sticky choices. */
public final class Hashing {

    private Hashing() {}

    /** FNV-1a over the characters, then mixed (the finaliser of SplitMix64). */
    public static long hash(CharSequence text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
