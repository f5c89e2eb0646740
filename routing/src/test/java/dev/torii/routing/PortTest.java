package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortTest {

    /** HTTPRouteListenerHostnameMatching and GatewayHTTPListenerIsolation: one listener takes a host, or none. */
    @ParameterizedTest
    @CsvSource({
        "bar.com, bar.com",
        "foo.bar.com, foo.bar.com",
        "baz.bar.com, *.bar.com",
        "multiple.prefixes.bar.com, *.bar.com",
        "multiple.prefixes.foo.com, *.foo.com",
        "abc.foo.com, abc.foo.com",
        "foo.com, none",
        "no.matching.host, none",
        "'', none",
    })
    void theMostSpecificListenerTakesAHost(String host, String expected) {
        Port port = port("bar.com", "foo.bar.com", "*.bar.com", "*.foo.com", "abc.foo.com");
        Listener listener = port.listenerFor(host);
        assertThat(listener == null ? "none" : listener.hostname().value()).isEqualTo(expected);
    }

    @Test
    void aListenerWithoutHostnameTakesTheRest() {
        Listener listener = port("*", "*.example.com").listenerFor("");
        assertThat(listener).isNotNull().extracting(l -> l.hostname().value()).isEqualTo("*");
    }

    private static Port port(String... hosts) {
        List<Listener> listeners = Stream.of(hosts)
                .map(host -> new Listener(
                        "ns/gw/" + host,
                        Listener.Protocol.HTTP,
                        HostPattern.of(host),
                        List.of(),
                        ListenerSettings.DEFAULT,
                        RouteTable.EMPTY,
                        StreamTable.EMPTY))
                .toList();
        return new Port(80, Port.Wire.HTTP, listeners);
    }
}
