package dev.torii.proxy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.HeaderList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One member among those of others. Source: W3C Baggage. */
class BaggageTest {

    private final HeaderList headers = new HeaderList();

    private @Nullable String set(String value) {
        Baggage.set(headers, "x-request-id", value);
        return headers.get("baggage");
    }

    @ParameterizedTest
    @CsvSource({
        "'x-request-id=a', a",
        "'k=v, x-request-id = a ;p=1,m=n', a",
        "'k=v', ",
        "'x-request-id', ",
        "'y-x-request-id=a', ",
        "'x-request-id=', ''",
        "'=,;,,=', "
    })
    void aMemberIsFound(String list, @Nullable String value) {
        headers.add("Baggage", list);
        assertThat(Baggage.get(headers, "x-request-id")).isEqualTo(value);
    }

    @Test
    void itIsFoundInAnyOfSeveralHeaders() {
        headers.add("baggage", "k=v");
        headers.add("baggage", "x-request-id=a");
        assertThat(Baggage.get(headers, "x-request-id")).isEqualTo("a");
        assertThat(Baggage.get(new HeaderList(), "x-request-id")).isNull();
    }

    @Test
    void itIsSetBeforeTheOthersWhichStay() {
        assertThat(set("a")).isEqualTo("x-request-id=a");
        headers.set("baggage", "k=v;p, x-request-id=b , m=%20");
        assertThat(set("c")).isEqualTo("x-request-id=c,k=v;p, m=%20");
    }

    @Test
    void whatCannotBeWrittenIsNot() {
        headers.add("baggage", "k=v");
        assertThat(set("a;b")).isEqualTo("k=v");
        assertThat(set("a%b")).isEqualTo("k=v");
        headers.set("baggage", "k=" + "v".repeat(8180));
        assertThat(set("a")).hasSize(8182);
    }
}
