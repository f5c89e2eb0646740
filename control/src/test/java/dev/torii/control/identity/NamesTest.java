package dev.torii.control.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class NamesTest {

    private static final String SERVICE = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final String LABEL = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

    @Test
    void aNameThatFitsStaysReadable() {
        assertThat(Names.of("web")).isEqualTo("web-torii");
        assertThat(Names.of("a".repeat(57))).isEqualTo("a".repeat(57) + "-torii");
        assertThat(Names.label("web")).isEqualTo("web");
        assertThat(Names.label("a.b")).isEqualTo("a.b");
    }

    @Test
    void whatServicesMayNotHaveIsChangedAndTold() {
        assertThat(Names.of("shop.web")).matches("shop-web-torii-[0-9a-f]{10}");
        assertThat(Names.of("1st")).matches("g1st-torii-[0-9a-f]{10}");
        assertThat(Names.of("a".repeat(58))).matches("a{46}-torii-[0-9a-f]{10}");
        assertThat(Names.of("shop.web")).isNotEqualTo(Names.of("shop-web"));
        assertThat(Names.of("g1st")).isNotEqualTo(Names.of("1st"));
    }

    /** Seed 6. Names up to 253 characters, many of them alike in their first 60. */
    @Test
    void allAreValidAndNoTwoAreTheSame() {
        Random random = new Random(6);
        Set<String> gateways = new HashSet<>();
        while (gateways.size() < 20_000) {
            gateways.add(random.nextBoolean() ? name(random) : "shop.".repeat(12) + name(random));
        }
        gateways.removeIf(each -> each.length() > 253);
        // What a hashed name looks like is a name too.
        gateways.addAll(gateways.stream().map(Names::of).toList());
        Map<String, String> byName = new HashMap<>();
        Map<String, String> byLabel = new HashMap<>();
        for (String gateway : gateways) {
            assertThat(Names.of(gateway)).matches(SERVICE);
            assertThat(Names.label(gateway)).matches(LABEL);
            assertThat(byName.put(Names.of(gateway), gateway)).as(gateway).isNull();
            assertThat(byLabel.put(Names.label(gateway), gateway)).as(gateway).isNull();
        }
    }

    private static String name(Random random) {
        String alphabet = "abcxyz0189";
        StringBuilder name = new StringBuilder();
        int parts = 1 + random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            name.append(i == 0 ? "" : random.nextBoolean() ? "." : "-");
            int length = 1 + random.nextInt(61);
            for (int j = 0; j < length; j++) {
                name.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
        }
        return name.toString();
    }
}
