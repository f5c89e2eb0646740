package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathChangeTest {

    /** The table of {@code HTTPPathModifier.replacePrefixMatch}. */
    @ParameterizedTest
    @CsvSource({
        "/foo/bar, /foo,  /xyz,  /xyz/bar",
        "/foo/bar, /foo,  /xyz/, /xyz/bar",
        "/foo/bar, /foo/, /xyz,  /xyz/bar",
        "/foo/bar, /foo/, /xyz/, /xyz/bar",
        "/foo,     /foo,  /xyz,  /xyz",
        "/foo/,    /foo,  /xyz,  /xyz/",
        "/foo/bar, /foo,  '',    /bar",
        "/foo/,    /foo,  '',    /",
        "/foo,     /foo,  '',    /",
        "/foo/,    /foo,  /,     /",
        "/foo,     /foo,  /,     /",
        "/foo/bar, /,     /xyz,  /xyz/foo/bar",
        "/strip-prefix/three, /strip-prefix, /, /three",
        "/prefix/one/two, /prefix/one, /one, /one/two",
    })
    void replacesThePrefix(String path, String prefix, String replacement, String expected) {
        assertThat(new PathChange.Prefix(replacement).apply(path, new PathMatch.Prefix(prefix)))
                .isEqualTo(expected);
    }
}
