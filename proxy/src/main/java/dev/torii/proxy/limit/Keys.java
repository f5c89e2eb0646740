package dev.torii.proxy.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A bucket for each key, of which strangers may invent as many as they like: never more than {@value #ROOM} have one of
 * their own. A bucket is only given up when it is full, which changes nothing for its key. Where there is no room, a
 * key shares one of {@value #SHARED} buckets with others until there is.
 *
 * <p>A key's place is one of the {@value #WIDTH} on its shelf, found by a hash that nobody outside knows; nothing ever
 * looks further than one shelf. On each shelf half of the places are kept for keys that have come more than once: no
 * flood of new keys takes such a place within {@value #KEEP_MINUTES} minutes of its last use.
 *
 * @param <B> a bucket
 */
public final class Keys<B> {

    /** How many keys have a bucket of their own at most. */
    public static final int ROOM = Keys.SHELVES * Keys.WIDTH;

    /** How many buckets the others share. */
    public static final int SHARED = 64;

    /** What no header can hold. */
    private static final String SHARED_KEY = "\0";

    private static final int SHELVES = 1024;
    private static final int WIDTH = 16;
    private static final int KEPT = WIDTH / 2;
    private static final long KEEP_MINUTES = 10;
    private static final long KEEP_NANOS = TimeUnit.MINUTES.toNanos(KEEP_MINUTES);

    private final AtomicReferenceArray<@Nullable Shelf<B>> shelves = new AtomicReferenceArray<>(SHELVES);
    private final AtomicReferenceArray<@Nullable Shelf<B>> shared = new AtomicReferenceArray<>(SHARED);
    private final LongAdder crowded = new LongAdder();
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final Function<String, B> make;
    private final Predicate<B> isFull;
    private final LongSupplier nanos;

    /**
     * @param make a full bucket for a key; of a shared one the key is one that no header can hold
     * @param isFull whether a bucket is as if new; asked often, so cheap
     * @param nanos the clock
     */
    public Keys(Function<String, B> make, Predicate<B> isFull, LongSupplier nanos) {
        this.make = make;
        this.isFull = isFull;
        this.nanos = nanos;
    }

    /** Does something short with a key's bucket, alone with it. Any thread. */
    public <R> R use(String key, Function<? super B, R> what) {
        long hash = hash(key);
        Shelf<B> shelf = at(shelves, (int) (hash >>> 1) & (SHELVES - 1));
        synchronized (shelf) {
            B bucket = shelf.bucket(key, this);
            if (bucket != null) {
                return what.apply(bucket);
            }
        }
        crowded.increment();
        int share = (int) (hash >>> 32) & (SHARED - 1);
        Shelf<B> place = at(shared, share);
        synchronized (place) {
            return what.apply(place.only(SHARED_KEY + share, this));
        }
    }

    private static <B> Shelf<B> at(AtomicReferenceArray<@Nullable Shelf<B>> all, int index) {
        Shelf<B> shelf = all.get(index);
        if (shelf == null) {
            Shelf<B> made = new Shelf<>();
            shelf = all.compareAndExchange(index, null, made);
            shelf = shelf == null ? made : shelf;
        }
        return shelf;
    }

    private long hash(String key) {
        long hash = seed;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
            hash ^= hash >>> 29;
        }
        hash *= 0xbf58476d1ce4e5b9L;
        return hash ^ (hash >>> 32);
    }

    /**
     * Tells of all buckets, alone with each; see {@link #isShared} for the keys of those that are shared. Takes a
     * while: not on an event loop.
     */
    public void forEach(BiConsumer<String, ? super B> reader) {
        List<AtomicReferenceArray<@Nullable Shelf<B>>> both = List.of(shelves, shared);
        for (AtomicReferenceArray<@Nullable Shelf<B>> all : both) {
            for (int i = 0; i < all.length(); i++) {
                Shelf<B> shelf = all.get(i);
                if (shelf != null) {
                    shelf.forEach(reader);
                }
            }
        }
    }

    /** Whether that is the key of a bucket that others share. */
    public static boolean isShared(String key) {
        return key.startsWith(SHARED_KEY);
    }

    /** How many keys have a bucket of their own now. */
    public int size() {
        int size = 0;
        for (int i = 0; i < SHELVES; i++) {
            Shelf<B> shelf = shelves.get(i);
            size += shelf == null ? 0 : shelf.size;
        }
        return size;
    }

    /** How often a key had to share. */
    public long crowded() {
        return crowded.sum();
    }

    private static final class Slot<B> {
        final String key;
        final B bucket;
        long used;
        boolean kept;

        Slot(String key, B bucket, long now) {
            this.key = key;
            this.bucket = bucket;
            this.used = now;
        }
    }

    /** All but {@link #size}, which is only shown, is guarded by the shelf. */
    private static final class Shelf<B> {

        private final List<Slot<B>> slots = new ArrayList<>(2);
        private int kept;
        private volatile int size;

        /** The key's, if there is one or room for one. */
        @Nullable
        B bucket(String key, Keys<B> keys) {
            long now = keys.nanos.getAsLong();
            for (int i = 0; i < slots.size(); i++) {
                Slot<B> slot = slots.get(i);
                if (slot.key.equals(key)) {
                    slot.used = now;
                    if (!slot.kept && kept < KEPT) {
                        slot.kept = true;
                        kept++;
                    }
                    return slot.bucket;
                }
            }
            return place(key, keys, now);
        }

        /** Of a shelf that has one. */
        B only(String key, Keys<B> keys) {
            if (slots.isEmpty()) {
                slots.add(new Slot<>(key, keys.make.apply(key), 0));
            }
            return slots.get(0).bucket;
        }

        private @Nullable B place(String key, Keys<B> keys, long now) {
            int at = slots.size() < WIDTH ? slots.size() : free(keys, now);
            if (at < 0) {
                return null;
            }
            Slot<B> made = new Slot<>(key, keys.make.apply(key), now);
            if (at == slots.size()) {
                slots.add(made);
                size = slots.size();
            } else {
                kept -= slots.get(at).kept ? 1 : 0;
                slots.set(at, made);
            }
            return made.bucket;
        }

        /** A place whose key loses nothing with it; -1 when there is none. */
        private int free(Keys<B> keys, long now) {
            for (int i = 0; i < WIDTH; i++) {
                Slot<B> slot = slots.get(i);
                if ((!slot.kept || now - slot.used > KEEP_NANOS) && keys.isFull.test(slot.bucket)) {
                    return i;
                }
            }
            return -1;
        }

        synchronized void forEach(BiConsumer<String, ? super B> reader) {
            for (Slot<B> slot : slots) {
                reader.accept(slot.key, slot.bucket);
            }
        }
    }
}
