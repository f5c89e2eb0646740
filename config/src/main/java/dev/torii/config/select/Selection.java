package dev.torii.config.select;

import dev.torii.config.resource.ObjectKey;
import java.util.List;
import java.util.Set;

/**
 * The objects that one proxy uses: compiling these gives it what compiling everything would.
 *
 * @param objects sorted, each once
 * @param places all that was looked at to find them, also where nothing was; see {@link Places}
 */
public record Selection(List<ObjectKey> objects, Set<ObjectKey> places) {

    public Selection {
        objects = List.copyOf(objects);
        places = Set.copyOf(places);
    }

    /** Whether one of these places is one of its own; see {@link SelectionIndex.Touched} for what follows. */
    public boolean isTouchedBy(Set<ObjectKey> touched) {
        return meet(places, touched);
    }

    /** Whether two sets of places have one in common. */
    public static boolean meet(Set<ObjectKey> some, Set<ObjectKey> others) {
        Set<ObjectKey> fewer = some.size() < others.size() ? some : others;
        Set<ObjectKey> more = fewer == some ? others : some;
        return fewer.stream().anyMatch(more::contains);
    }
}
