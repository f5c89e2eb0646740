package dev.torii.console.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter language, on one line of a log. */
final class LogFilterTest {

    private static final LogLine LINE = LogLine.of(
            "127.0.0.1:15000",
            Buffer.buffer("{\"status\":503,\"flags\":\"UT\",\"path\":\"/Cart/checkout\",\"duration_ms\":251.5,"
                    + "\"service\":\"shop/cart\",\"headers\":{\"x-order-id\":\"123\",\"x-name\":\"Ada Byron\"},"
                    + "\"response_headers\":{\"x-cache\":\"miss\"}}"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "status=503",
                "status>=500",
                "status>500",
                "status<=503",
                "status<504",
                "STATUS=503",
                "flags!=RL",
                "grpc_status!=14",
                "path~/cart",
                "x-order-id=123",
                "X-Order-Id=123.0",
                "x-cache=miss",
                "x-name=\"Ada Byron\"",
                "x-name~\"ada b\"",
                "\"Ada Byron\"",
                "CHECKOUT",
                "/cart/checkout",
                "proxy=127.0.0.1:15000",
                "duration_ms>250",
                "status>=500 service=shop/cart  x-order-id=123 checkout"
            })
    void takes(String filter) {
        assertThat(LogFilter.parse(filter).test(LINE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=200",
                "status>503",
                "status<503",
                "flags!=UT",
                "flags=ut",
                "path~/pay",
                "x-order-id=1234",
                "x-unknown=1",
                "x-unknown>0",
                "path>1",
                "shipping",
                "status>=500 service=shop/pay",
                "x-name=Ada"
            })
    void leavesOut(String filter) {
        assertThat(LogFilter.parse(filter).test(LINE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status>=many", "x-name=\"Ada", "status>", "duration_ms<=1s"})
    void saysWhatIsWrongInOneLine(String filter) {
        assertThatThrownBy(() -> LogFilter.parse(filter))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("\n");
    }

    @Test
    void hasABound() {
        assertThatThrownBy(() -> LogFilter.parse("x".repeat(2_001))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LogFilter.parse("x ".repeat(31))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "7", "{", "null", "\"x\"", "{\"a\":"})
    void isNoLine(String text) {
        assertThat(LogLine.of("p", Buffer.buffer(text))).isNull();
    }

    @Test
    void aProxyCannotSayThatItIsAnother() {
        LogLine line = LogLine.of("10.0.0.1:15000", Buffer.buffer("{\"status\":200,\"proxy\":\"other\"}"));
        assertThat(line.text()).isEqualTo("{\"proxy\":\"10.0.0.1:15000\",\"status\":200}");
    }
}
