package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeRequestTest {

    @ParameterizedTest
    @CsvSource({
        "http://shop.example/cart, http, shop.example, 80, /cart",
        "https://Shop.Example, https, shop.example, 443, /",
        "HTTP://user:pw@my_shop:8080/a:b?x=/y, http, my_shop, 8080, /a:b",
        "http://[::1]:81/x#f, http, [::1], 81, /x",
        "http://[::1], http, [::1], 80, /",
        "http://h:?x=1, http, h, 80, /",
        "http://h#f?, http, h, 80, /",
        "http://h/%61//b/../café, http, h, 80, /a/caf%C3%A9",
    })
    void readsUrls(String url, String scheme, String host, int port, String path) {
        ProbeRequest request = ProbeRequest.of("get", url, List.of());
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.scheme()).isEqualTo(scheme);
        assertThat(request.host()).isEqualTo(host);
        assertThat(request.port()).isEqualTo(port);
        assertThat(request.path()).isEqualTo(path);
    }

    @Test
    void decodesTheQueryAndKeepsTheFirstOfAName() {
        ProbeRequest request = ProbeRequest.of("GET", "http://h/?a=1+2%2B&a=3&%C3%A4=%zz%4&flag#q=1", List.of());
        assertThat(request.query("a")).isEqualTo("1 2+");
        assertThat(request.query("ä")).isEqualTo("%zz%4");
        assertThat(request.query("flag")).isEmpty();
        assertThat(request.query("q")).isNull();
    }

    @Test
    void headersAreFoundInAnyCaseAndHostWins() {
        ProbeRequest request = ProbeRequest.of(
                "GET", "http://127.0.0.1:8080/", List.of("X-A", "1", "x-a", "2", "Host", "Shop.example:80"));
        assertThat(request.header("x-a")).isEqualTo("1,2");
        assertThat(request.host()).isEqualTo("shop.example");
        assertThat(request.port()).isEqualTo(8080);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/cart",
                "shop.example/cart",
                "ftp://shop.example/",
                "http://",
                "http:///x",
                "http://:80/",
                "://h/"
            })
    void saysWhatAUrlLooksLike(String url) {
        assertThatThrownBy(() -> ProbeRequest.of("GET", url, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + url + "\" is not like http://shop.example/cart");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://h/..", "http://h/a%2f..%2fb", "http://h/a\\b", "http://h/%zz"})
    void saysThatAPathHasTwoReadings(String url) {
        assertThatThrownBy(() -> ProbeRequest.of("GET", url, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + url + "\" has a path with more than one reading: it gets a 400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://h:0/", "http://h:65536/", "http://h:x/", "http://h:-1/"})
    void saysThatAPortIsNone(String url) {
        assertThatThrownBy(() -> ProbeRequest.of("GET", url, List.of()))
                .hasMessageContaining("has no port from 1 to 65535");
    }
}
