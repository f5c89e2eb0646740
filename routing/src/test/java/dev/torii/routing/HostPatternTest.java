package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPatternTest {

    @ParameterizedTest
    @CsvSource({
        "*, anything.at.all, true",
        "*, '', true",
        "*.wildcard.io, foo.bar.wildcard.io, true",
        "*.wildcard.io, wildcard.io, false",
        "*.wildcard.io, .wildcard.io, false",
        "*.wildcard.io, notwildcard.io, false",
        "*.wildcard.io, foo.wildcard.io.evil, false",
        "Very.Specific.com, very.specific.com, true",
        "very.specific.com, sub.very.specific.com, false",
    })
    void matches(String pattern, String host, boolean expected) {
        assertThat(HostPattern.of(pattern).matches(host)).isEqualTo(expected);
    }

    /** HTTPRouteHostnameIntersection: the first is the listener's. */
    @ParameterizedTest
    @CsvSource({
        "very.specific.com, very.specific.com, very.specific.com",
        "very.specific.com, *.specific.com, very.specific.com",
        "very.specific.com, non.matching.com, none",
        "*.wildcard.io, foo.bar.wildcard.io, foo.bar.wildcard.io",
        "*.wildcard.io, wildcard.io, none",
        "*.wildcard.io, *.foo.wildcard.io, *.foo.wildcard.io",
        "*.anotherwildcard.io, *.anotherwildcard.io, *.anotherwildcard.io",
        "*.wildcard.io, *.anotherwildcard.io, none",
        "*, first.com, first.com",
        "first.com, *, first.com",
        "*.a.com, *.com, *.a.com",
    })
    void intersects(String listener, String route, String expected) {
        HostPattern l = HostPattern.of(listener);
        HostPattern r = HostPattern.of(route);
        assertThat(l.intersect(r).map(HostPattern::value).orElse("none")).isEqualTo(expected);
        assertThat(r.intersect(l)).isEqualTo(l.intersect(r));
    }
}
