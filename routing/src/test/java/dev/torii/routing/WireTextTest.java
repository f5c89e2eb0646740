package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.routing.SessionPersistence.Type;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No snapshot can be made of texts that would be written as something else than they are. */
class WireTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"\u6771\u4eac", "a\u010a", "a\r\nx-evil: 1", "a\nb", "\0", "\u007f"})
    void refusesWhatNoHeadCanCarry(String text) {
        refuses(() -> new HeaderChange.Header("x-a", text));
        refuses(() -> new HeaderChange.Header(text, "a"));
        refuses(() -> new PathChange.Full("/" + text));
        refuses(() -> new PathChange.Prefix("/" + text));
        refuses(() -> new Filter.Rewrite(text, null));
        refuses(() -> new Filter.Redirect(null, text, null, null, 302));
        refuses(() -> new Filter.Redirect(text, null, null, null, 302));
        refuses(() -> new Filter.Cors(List.of(), false, List.of(), List.of(text), List.of(), 0));
        refuses(() -> new SessionPersistence(Type.COOKIE, text, "/", 0, false));
        refuses(() -> new SessionPersistence(Type.COOKIE, "sid", "/" + text, 0, false));
    }

    private static void refuses(Runnable made) {
        assertThatThrownBy(made::run).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b\tc", "caf\u00e9"})
    void letsThroughWhatEveryByteHasACharacterFor(String text) {
        assertThatCode(() -> new HeaderChange.Header("x-a", text)).doesNotThrowAnyException();
    }
}
