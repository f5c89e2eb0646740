package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextMatchTest {

    private static final Pattern PREVIEW = Pattern.compile("(.*; *)?preview=yes(;.*)?");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preview=yes",
                "preview=yes; sid=1",
                "sid=1; preview=yes",
                "sid=1;preview=yes;x=y",
                "preview=yesterday; preview=yes",
                "xpreview=yes;   preview=yes"
            })
    void aCookieIsFoundAmongOthers(String cookies) {
        assertThat(TextMatch.regex(PREVIEW).matches(cookies)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "preview=no",
                "preview=yesterday",
                "xpreview=yes",
                "a=1, preview=yes",
                "sid=preview=yes",
                "PREVIEW=yes"
            })
    void whatOnlyLooksLikeItIsNot(String cookies) {
        assertThat(TextMatch.regex(PREVIEW).matches(cookies)).isFalse();
    }

    @Test
    void theLookUpSaysWhatTheExpressionSays() {
        TextMatch lookUp = TextMatch.regex(PREVIEW);
        assertThat(lookUp).isInstanceOf(TextMatch.OneCookie.class);
        assertThat(lookUp.value()).isEqualTo(PREVIEW.pattern());
        String[] pieces = {"preview=yes", "preview=", "yes", ";", "; ", " ", "=", "x", ","};
        long seed = System.nanoTime();
        System.out.println("TextMatchTest: seed " + seed);
        Random random = new Random(seed);
        int found = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder cookies = new StringBuilder();
            for (int n = random.nextInt(7); n > 0; n--) {
                cookies.append(pieces[random.nextInt(pieces.length)]);
            }
            boolean says = PREVIEW.matches(cookies.toString());
            assertThat(lookUp.matches(cookies.toString())).as("'%s'", cookies).isEqualTo(says);
            found += says ? 1 : 0;
        }
        assertThat(found).isBetween(1_000, 19_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(.*; *)?a.b=yes(;.*)?",
                "(.*; *)?a=[0-9]+(;.*)?",
                ".*preview=yes.*",
                "(.*; *)?=yes(;.*)?",
                "(.*; *)?a=b(;.*)"
            })
    void anythingElseRunsAsItIs(String expression) {
        assertThat(TextMatch.regex(Pattern.compile(expression))).isInstanceOf(TextMatch.Regex.class);
    }
}
