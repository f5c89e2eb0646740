package dev.torii.config.compile;

import dev.torii.routing.HostPattern;
import java.util.HashSet;
import java.util.Set;

/** Hostnames that can tell quickly whether another has any host in common with one of them. */
final class HostSet {

    private boolean any;
    private final Set<String> patterns = new HashSet<>();
    /** Every suffix below which one of the patterns lies: what a wildcard has to be to have something in common. */
    private final Set<String> above = new HashSet<>();

    void add(HostPattern host) {
        any |= host.isAny();
        patterns.add(host.value());
        forEachSuffix(host, above::add);
    }

    boolean intersects(HostPattern host) {
        if (any || patterns.contains(host.value()) || (host.isAny() && !patterns.isEmpty())) {
            return true;
        }
        if (host.isWildcard() && above.contains(host.value())) {
            return true;
        }
        boolean[] found = {false};
        forEachSuffix(host, suffix -> found[0] |= patterns.contains(suffix));
        return found[0];
    }

    /** The wildcards that cover a pattern, other than itself: for {@code a.b.c} these are {@code *.b.c}, {@code *.c}. */
    private static void forEachSuffix(HostPattern host, java.util.function.Consumer<String> use) {
        int start = host.isWildcard() ? 2 : 0;
        for (int dot = host.value().indexOf('.', start);
                dot >= 0;
                dot = host.value().indexOf('.', dot + 1)) {
            use.accept("*" + host.value().substring(dot));
        }
    }
}
