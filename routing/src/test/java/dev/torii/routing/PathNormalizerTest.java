package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathNormalizerTest {

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/b, /a/b",
        "/a/b/, /a/b/",
        "/%61%2D%5f, /a-_",
        "/a%2fb, /a%2Fb",
        "/a%e4, /a%E4",
        "//a///b, /a/b",
        "/a/./b/../c, /a/c",
        "/a/b/.., /a/",
        "/%2e%2E/../a, ''",
        "/.hidden, /.hidden",
        "/a{b}|c, /a%7Bb%7D%7Cc",
        "/caf\u00c3\u00a9, /caf%C3%A9",
    })
    void bringsPathsIntoOneForm(String path, String normal) {
        assertThat(PathNormalizer.normalize(path)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/a\\b",
                "/a%5cb",
                "/%00",
                "/%",
                "/%6",
                "/%zz",
                "/a%2f../b",
                "/a/..;x/b",
                "/%c0%af",
                "/\u0161",
                "/a\u6771"
            })
    void refusesWhatHasTwoReadings(String path) {
        assertThat(PathNormalizer.normalize(path)).isEmpty();
    }

    /** What is normal stays as it is, or configured and requested paths would drift apart. */
    @Test
    void theNormalFormIsNormal() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "//..%%2eEfFcC013aAzZ~-;{\u00e9";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder path = new StringBuilder("/");
            for (int n = random.nextInt(16); n > 0; n--) {
                path.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String normal = PathNormalizer.normalize(path.toString());
            if (!normal.isEmpty()) {
                assertThat(PathNormalizer.normalize(normal))
                        .as(path + ", seed " + seed)
                        .isEqualTo(normal);
            }
        }
    }
}
