package dev.torii.config.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.HostPattern;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostSetTest {

    private static final List<String> HOSTS =
            List.of("*", "*.c", "*.b.c", "*.a.b.c", "b.c", "a.b.c", "x.a.b.c", "other.d", "*.d", "c");

    /** All pairs agree with what the patterns themselves say. */
    @Test
    void intersectsWhenOneOfItsPatternsDoes() {
        for (String one : HOSTS) {
            HostSet set = new HostSet();
            set.add(HostPattern.of("unrelated.example"));
            set.add(HostPattern.of(one));
            for (String other : HOSTS) {
                assertThat(set.intersects(HostPattern.of(other)))
                        .as("%s and %s", one, other)
                        .isEqualTo(HostPattern.of(one)
                                        .intersect(HostPattern.of(other))
                                        .isPresent()
                                || other.equals("*"));
            }
        }
        assertThat(new HostSet().intersects(HostPattern.ANY)).isFalse();
    }
}
