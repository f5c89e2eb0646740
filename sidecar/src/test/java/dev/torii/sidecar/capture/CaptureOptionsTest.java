package dev.torii.sidecar.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users may write, and the line they get for what they may not. */
final class CaptureOptionsTest {

    @Test
    void portsAreOneOrARun() {
        assertThat(Subset.parse("80, 8000-8999", PortRange::parse))
                .isEqualTo(new Subset<>(false, List.of(new PortRange(80, 80), new PortRange(8000, 8999))));
        assertThat(Subset.parse("all", PortRange::parse)).isEqualTo(Subset.everything());
        assertThat(Subset.parse("none", PortRange::parse)).isEqualTo(Subset.nothing());
        assertThat(Subset.parse("", PortRange::parse)).isEqualTo(Subset.nothing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "x", "-1", "80-", "+80", "99999999999", "80,", "80:90", "٣"})
    void whatIsNoPortIsOneLine(String text) {
        oneLine(() -> Subset.parse(text, PortRange::parse), "(1-65535)");
    }

    @Test
    void aRunGoesUp() {
        oneLine(() -> PortRange.parse("90-80"), "'90-80' is not a range of ports");
    }

    @ParameterizedTest
    @CsvSource({
        "10.96.0.0/12, IPV4, 10.96.0.0/12",
        "10.1.2.3, IPV4, 10.1.2.3/32",
        "0.0.0.0/0, IPV4, 0.0.0.0/0",
        "fd00::/8, IPV6, fd00::/8",
        "::1, IPV6, ::1/128",
        "2001:db8:1::ff00:42, IPV6, 2001:db8:1::ff00:42/128",
    })
    void networksOfBothFamilies(String text, Family family, String rule) {
        assertThat(Cidr.parse(text)).isEqualTo(new Cidr(family, rule));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.1",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0.256",
                "example.com",
                "fd00::/129",
                "fd00:::/8",
                "::ffff:1.2.3.4",
                "fe80::1%eth0",
                "cafe:",
                "",
                "10.0.0.0/8/8",
                "1.2.3.4 -j ACCEPT",
                "::1\n-F"
            })
    void whatIsNoNetworkIsOneLine(String text) {
        oneLine(() -> Cidr.parse(text), "is not a network like 10.96.0.0/12 or fd00::/8");
    }

    @Test
    void hostBitsAreProbablyAMistake() {
        oneLine(() -> Cidr.parse("10.0.0.1/8"), "'10.0.0.1/8' is an address inside a /8, not that network");
        oneLine(() -> Cidr.parse("fd00::1/64"), "its last 64 bits must be 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "root", "4294967295", "99999999999"})
    void whatIsNoUserIsOneLine(String text) {
        oneLine(() -> CaptureOptions.parseId(text), "is not the number of a user or group (0-4294967294)");
    }

    @Test
    void theSidecarHasPortsAndAUserOfItsOwn() {
        oneLine(() -> options(15006, 15006, 15000, 1337, 1337), "three different ones, not 15006, 15006 and 15000");
        oneLine(() -> options(15006, 15001, 15001, 1337, 1337), "three different ones");
        oneLine(() -> options(0, 15001, 15000, 1337, 1337), "the inbound port is 1-65535, not 0");
        oneLine(() -> options(15006, 15001, 15000, 0, 1337), "whatever root sends would be left alone");
        oneLine(() -> options(15006, 15001, 15000, 1337, 0), "whatever root sends would be left alone");
    }

    private static void options(int inbound, int outbound, int admin, long uid, long gid) {
        CaptureOptions sample = Sample.defaults();
        new CaptureOptions(inbound, outbound, admin, uid, gid, false, sample.inbound(), sample.outbound());
    }

    @Test
    void aMachineIsKnownByItsFirstNamespaces() {
        assertThat(Capture.isMachine(List.of("net:[4026531833]", "pid:[4026532500]")))
                .isTrue();
        assertThat(Capture.isMachine(List.of("net:[4026531992]", "pid:[4026531836]", "net:[4026531992]")))
                .isTrue();
        assertThat(Capture.isMachine(List.of("net:[4026532700]", "pid:[4026531836]", "net:[4026531992]")))
                .as("ip netns exec")
                .isFalse();
        assertThat(Capture.isMachine(List.of("net:[4026532700]", "pid:[4026532500]", "net:[4026532700]")))
                .as("a container, whose own process is number 1")
                .isFalse();
        assertThat(Capture.isMachine(List.of("net:[4026532700]", "pid:[4026532500]", "net:[4026531833]")))
                .isFalse();
        assertThat(Capture.isMachine(List.of())).isFalse();
    }

    private static void oneLine(ThrowingCallable call, String words) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(words);
    }
}
