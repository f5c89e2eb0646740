package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose end two readers could see in different places: request smuggling (RFC 9112, 11.2). */
class HostileFramingTest {

    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final Gate gate = new Gate();

    @BeforeEach
    void open() {
        gate.proxy.apply();
    }

    @AfterEach
    void close() {
        gate.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5\r\ncontent-length: 5",
                "Content-Length: 5, 5",
                "Content-Length: 5, 6",
                "Content-Length: +5",
                "Content-Length: -5",
                "Content-Length: 0x5",
                "Content-Length: 5 5",
                "Content-Length: 5\u000b",
                "Content-Length:",
                "Content-Length: 99999999999999999999",
                "Content-Length: 9223372036854775808",
                "Content-Length:\r\n 5",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunkedx",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity, chunked, identity",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding\t: chunked",
                "Transfer-Encoding\u0000: chunked",
                "X: y\nTransfer-Encoding: chunked",
                "X: y\rTransfer-Encoding: chunked",
            })
    void aLengthThatCanBeReadInTwoWaysIsRefused(String lines) {
        String smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
        gate.refuses("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n" + smuggled, 400, "DPE malformed_head");
        assertThat(gate.reached()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: gzip, chunked", "Transfer-Encoding:\r\n chunked"})
    void aCodingThatWouldHaveToBeUndoneIsRefused(String lines) {
        gate.refuses(
                "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n0\r\n\r\n", 400, "DPE invalid_transfer_encoding");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "Content-Length: 5, 6\r\n\r\nhello",
            })
    void oldClientsGetNoLeniency(String rest) {
        gate.refuses("POST / HTTP/1.0\r\nHost: a\r\n" + rest, 400, "DPE malformed_head");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\nhello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
                "-1\r\nhello\r\n0\r\n\r\n",
                "+5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                "5 \r\nhello\r\n0\r\n\r\n",
                " 5\r\nhello\r\n0\r\n\r\n",
                "5;a=\"b\r\n\"\r\nhello\r\n0\r\n\r\n",
                "5;a\nhello\r\n0\r\n\r\n",
                "5\nhello\n0\n\n",
                "5\r\nhelloXX0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhello\r0\r\n\r\n",
                "80000000\r\nhello\r\n0\r\n\r\n",
                "100000005\r\nhello\r\n0\r\n\r\n",
                "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n",
                "5\r\nhello\r\n0\r\nX : y\r\n\r\n",
            })
    void aBrokenChunkEndsTheRequest(String body) {
        gate.refuses(CHUNKED + body, 400, "DPE malformed_body");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\n\r\nhello",
                "Content-Length:\t5 \r\n\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "Transfer-Encoding: CHUNKED\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "Transfer-Encoding:\tchunked \t\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n0000000000000005\r\nhello\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n",
            })
    void aBodyThatHasOneReadingPasses(String rest) {
        gate.passes("POST / HTTP/1.1\r\nHost: a\r\n" + rest);
        String trailer = rest.contains("X-Trailer") ? " X-Trailer: 1" : "";
        assertThat(gate.reached()).hasSize(3).contains("body 5" + trailer);
    }

    @Test
    void anEmptyChunkedBodyEndsForTheBackendToo() {
        gate.passes(CHUNKED + "0\r\n\r\n");
        assertThat(gate.reached()).contains("body 0");
    }

    @Test
    void aBodyWhereNobodyExpectsOneIsNotTheNextRequest() {
        gate.passes("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 43\r\n\r\n"
                + "GET /smuggled HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n12");
        assertThat(gate.reached()).noneMatch(seen -> seen.startsWith("GET /smuggled"));
    }

    @Test
    void aHeaderThatOnlySomeTakeForFramingIsDropped() {
        gate.passes("POST / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(gate.reached().get(0)).doesNotContain("Transfer_Encoding");
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() {
        try (RawHttp client = gate.connect()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                requests.append("POST /").append(i).append(" HTTP/1.1\r\nHost: a\r\nX-Request: ");
                requests.append(i).append("\r\nContent-Length: 3\r\n\r\nabc");
            }
            client.send(requests.toString());
            for (int i = 0; i < 50; i++) {
                RawResponse answer = client.readResponse();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(gate.reached().get(2 * i)).startsWith("POST /" + i + " ");
            }
        }
    }
}
