package dev.torii.routing;

import java.util.Locale;
import java.util.Optional;

/**
 * A hostname of a listener or route: exact ({@code shop.example}), a wildcard ({@code *.shop.example}, which stands for
 * one or more labels and not for the bare domain), or {@link #ANY}. Always lower case, without a port.
 *
 * <p>Source: Gateway API, {@code Hostname}; precedence as in {@code HTTPRouteSpec.hostnames}.
 *
 * @param value the text, {@code "*"} for any
 */
public record HostPattern(String value) implements Comparable<HostPattern> {

    /** Every host, also none at all. */
    public static final HostPattern ANY = new HostPattern("*");

    /** Makes a pattern of a configured hostname; an empty text or {@code "*"} is {@link #ANY}. */
    public static HostPattern of(String text) {
        return text.isEmpty() || text.equals("*") ? ANY : new HostPattern(text.toLowerCase(Locale.ROOT));
    }

    public boolean isAny() {
        return value.equals("*");
    }

    public boolean isWildcard() {
        return value.startsWith("*.");
    }

    public boolean isExact() {
        return !isAny() && !isWildcard();
    }

    /** Whether a request for {@code host} (lower case, no port) falls under this pattern. */
    public boolean matches(String host) {
        if (isAny()) {
            return true;
        }
        if (!isWildcard()) {
            return value.equals(host);
        }
        int suffix = value.length() - 1;
        return host.length() > suffix && host.regionMatches(host.length() - suffix, value, 1, suffix);
    }

    /**
     * The hosts that both patterns match, as one pattern: the narrower of the two, or empty when none exist. A route's
     * hostnames are narrowed to its listener's this way.
     */
    public Optional<HostPattern> intersect(HostPattern other) {
        if (isAny() || equals(other)) {
            return Optional.of(other);
        }
        if (other.isAny()) {
            return Optional.of(this);
        }
        if (isWildcard() && other.covered(this)) {
            return Optional.of(other);
        }
        return other.isWildcard() && covered(other) ? Optional.of(this) : Optional.empty();
    }

    private boolean covered(HostPattern wildcard) {
        return value.length() >= wildcard.value.length() && value.endsWith(wildcard.value.substring(1));
    }

    /** Most specific first: exact before wildcard before any, then more characters, then by text. */
    @Override
    public int compareTo(HostPattern other) {
        int byRank = Integer.compare(rank(), other.rank());
        if (byRank != 0) {
            return byRank;
        }
        int byLength = Integer.compare(other.value.length(), value.length());
        return byLength != 0 ? byLength : value.compareTo(other.value);
    }

    private int rank() {
        return isExact() ? 0 : isWildcard() ? 1 : 2;
    }

    @Override
    public String toString() {
        return value;
    }
}
