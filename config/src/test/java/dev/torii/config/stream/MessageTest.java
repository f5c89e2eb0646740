package dev.torii.config.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.Delete;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Put;
import dev.torii.config.stream.Message.Reset;
import dev.torii.config.stream.Message.Want;
import dev.torii.config.stream.Message.You;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageTest {

    private static final List<String> MANIFESTS = List.of(
            "{}",
            "{\"kind\":\"Service\",\"metadata\":{\"name\":\"cart\"},\"spec\":{\"ports\":[{\"port\":80}]}}",
            "{\"text\":\"a \\\"quoted\\\" }{ \\u00e9 鳥居 \uD83D\uDE00\",\"list\":[[1,2.5e3],{},null,true]}");

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @Test
    void isTextAndBack() throws MalformedMessage {
        for (int i = 0; i < 2_000; i++) {
            Message.FromProxy fromProxy = one(List.of(this::hello, this::want, this::ack));
            assertThat(Message.fromProxy(fromProxy.text())).as("seed %d", seed).isEqualTo(fromProxy);
            Message.FromControl fromControl =
                    one(List.of(this::you, Reset::new, this::put, this::delete, this::commit));
            assertThat(Message.fromControl(fromControl.text()))
                    .as("seed %d", seed)
                    .isEqualTo(fromControl);
        }
    }

    /** Whatever is said, it is a message or one clear line. */
    @Test
    void isTotal() {
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(
                    this.<Message>one(List.of(this::hello, this::want, this::ack, this::you, this::put, this::commit))
                            .text());
            for (int edits = random.nextInt(4); edits >= 0 && text.length() > 0; edits--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.setLength(at);
                } else {
                    text.setCharAt(at, "{}[]\",:\\ 1tn\u0000x".charAt(random.nextInt(14)));
                }
            }
            assertTotal(text.toString());
        }
    }

    private void assertTotal(String text) {
        try {
            Message.fromControl(text);
            Message.fromProxy(text);
        } catch (MalformedMessage e) {
            assertThat(e.getMessage())
                    .as("seed %d: %s", seed, text)
                    .isNotEmpty()
                    .hasLineCount(1);
        }
    }

    @Test
    void looksLikeTheProtocolSays() {
        assertThat(new Hello(
                                1,
                                Message.Role.SIDECAR,
                                "0.1.0",
                                "shop/web-1",
                                "",
                                "shop/web",
                                List.of(8080),
                                List.of(),
                                "")
                        .text())
                .isEqualTo(
                        "{\"hello\":{\"protocol\":1,\"role\":\"sidecar\",\"version\":\"0.1.0\",\"pod\":\"shop/web-1\","
                                + "\"service\":\"shop/web\",\"appPorts\":[8080],\"wants\":[]}}");
        assertThat(new Want(List.of("10.0.0.9", "tax.shop")).text())
                .isEqualTo("{\"want\":[\"10.0.0.9\",\"tax.shop\"]}");
        assertThat(new Put("{\"kind\":\"Service\"}").text()).isEqualTo("{\"put\":{\"kind\":\"Service\"}}");
        assertThat(new Delete(new ObjectKey("Service", "shop", "cart")).text())
                .isEqualTo("{\"delete\":{\"kind\":\"Service\",\"namespace\":\"shop\",\"name\":\"cart\"}}");
        assertThat(new Reset().text()).isEqualTo("{\"reset\":true}");
        assertThat(new Commit("v1", List.of("tax.shop")).text())
                .isEqualTo("{\"commit\":{\"version\":\"v1\",\"answered\":[\"tax.shop\"]}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"reset":false}                                          | reset must be true
                    {"reset":true,"commit":{"version":"v"}}                  | more than one field
                    {"reset":true} {}                                        | more than one field
                    {}                                                       | not an object with a field
                    []                                                       | not an object with a field
                    {"commit":{"version":""}}                                | commit.version: missing
                    {"commit":{"version":"v","answered":[1]}}                | commit.answered: not a list of texts
                    {"commit":{"version":"v","more":1}}                      | commit.more: unknown
                    {"commit":{"version":"v","version":"w"}}                 | twice: `version`
                    {"commit":{"version":null}}                              | a value that no message has: VALUE_NULL
                    {"commit":[]}                                            | no such message: `commit`
                    {"put":"{}"}                                             | put must be an object
                    {"you":{"namespace":"shop","appPorts":[65536]}}          | you.appPorts: no port: 65536
                    {"you":{"namespace":"shop","appPorts":[99999999999]}}    | a value that no message has: VALUE_NUMBER_INT
                    {"you":{"namespace":[[[["deep"]]]]}}                     | a value that no message has: START_ARRAY
                    {"want":["a"]}                                           | that is for the other side to say: want
                    {"nonsense":{}}                                          | no such message: `nonsense`
                    """)
    void tellsWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> Message.fromControl(text))
                .isInstanceOf(MalformedMessage.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "{\"put\":{\"a\":", "{\"put\":{\"a\":\"\\q\"}}", "{\"put\":{\"a\":1}}}", "{\"a\nb\":1}"
            })
    void tellsWhatIsNoJson(String text) {
        assertThatThrownBy(() -> Message.fromControl(text)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void isNotFelledByDepth() {
        String deep = "{\"put\":" + "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_001);
        assertThatThrownBy(() -> Message.fromControl(deep)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void manifestsLongerThanTheBuffersOfTheParserAreCutOutExactly() throws MalformedMessage {
        String manifest = "{\"a\":\"" + "é鳥x".repeat(400_000) + "\"}";
        assertThat(Message.fromControl(" { \"put\" : " + manifest + " } ")).isEqualTo(new Put(manifest));
    }

    private <T> T one(List<Supplier<? extends T>> kinds) {
        return kinds.get(random.nextInt(kinds.size())).get();
    }

    private Hello hello() {
        Message.Role role = Message.Role.values()[random.nextInt(2)];
        return new Hello(1, role, word(), text(), text(), text(), ports(), texts(), text());
    }

    private Want want() {
        return new Want(texts());
    }

    private Ack ack() {
        return new Ack(word(), text(), texts());
    }

    private You you() {
        return new You(word(), text(), ports());
    }

    private Put put() {
        return new Put(MANIFESTS.get(random.nextInt(MANIFESTS.size())));
    }

    private Delete delete() {
        return new Delete(new ObjectKey(word(), text(), word()));
    }

    private Commit commit() {
        return new Commit(word(), texts());
    }

    private List<Integer> ports() {
        return IntStream.range(0, random.nextInt(3))
                .mapToObj(i -> 1 + random.nextInt(65_535))
                .toList();
    }

    private List<String> texts() {
        return IntStream.range(0, random.nextInt(4)).mapToObj(i -> text()).toList();
    }

    private String word() {
        return "w" + text();
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            text.appendCodePoint(random.nextBoolean() ? 'a' + random.nextInt(26) : random.nextInt(0xD800));
        }
        return text.toString();
    }
}
