package dev.torii.control.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.ObjectKey;
import dev.torii.control.stream.Acks.Standing;
import dev.torii.control.stream.Programmed.Kind;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is known of who serves which generation, as time goes by. */
class AcksTest {

    private static final ObjectKey WEB = new ObjectKey("Gateway", "infra", "web");

    private final AtomicLong now = new AtomicLong();
    private final Acks acks = new Acks(now::get);
    private final AtomicInteger changes = new AtomicInteger();

    @BeforeEach
    void count() {
        acks.onChange(changes::incrementAndGet);
    }

    @Test
    void atFirstNobodyKnows() {
        assertThat(kind(1)).isEqualTo(Kind.UNKNOWN);
        pass(1);
        assertThat(kind(1)).isEqualTo(Kind.NOBODY);
        assertThat(changes.get()).as("that is told").isEqualTo(1);
        acks.settle();
        assertThat(kind(1)).as("a new leader has heard nothing yet").isEqualTo(Kind.UNKNOWN);
    }

    @Test
    void allWhoHaveServedBeforeHaveToServeIt() {
        pass(1);
        heard("a", 1);
        heard("b", 1);
        assertThat(kind(1)).isEqualTo(Kind.SERVED);
        assertThat(kind(2)).isEqualTo(Kind.WAITING);
        heard("a", 2);
        assertThat(kind(2)).isEqualTo(Kind.WAITING);
        heard("b", 3);
        assertThat(kind(2)).as("a later one does as well").isEqualTo(Kind.SERVED);
        heard("c", Acks.NOTHING);
        assertThat(kind(2)).as("a newcomer takes nothing away").isEqualTo(Kind.SERVED);
    }

    @Test
    void aProblemIsTheProblemOfItsGeneration() {
        heard("a", 1, "port 80 is in use");
        assertThat(acks.of(WEB, 1).kind()).isEqualTo(Kind.FAILED);
        assertThat(acks.of(WEB, 1).problems()).containsExactly("a: port 80 is in use");
        pass(1);
        assertThat(kind(2)).isEqualTo(Kind.WAITING);
        heard("a", 2);
        assertThat(kind(2)).isEqualTo(Kind.SERVED);
    }

    @Test
    void whoGoesIsNotForgottenAtOnce() {
        heard("a", 1);
        pass(1);
        acks.gone("a", "a");
        assertThat(kind(1)).isEqualTo(Kind.SERVED);
        acks.heard("a", "another connection", Map.of(WEB, 1L), List.of());
        acks.gone("a", "a");
        pass(1);
        assertThat(kind(1)).as("it had come again before").isEqualTo(Kind.SERVED);
        acks.gone("a", "another connection");
        pass(1);
        assertThat(kind(1)).isEqualTo(Kind.NOBODY);
    }

    @Test
    void othersSayWhatTheyKnow() {
        pass(1);
        heard("a", 2);
        acks.passedOn("other", List.of(new Standing("b", WEB, 1, List.of())));
        assertThat(kind(2)).isEqualTo(Kind.WAITING);
        acks.passedOn("other", List.of(new Standing("b", WEB, 2, List.of())));
        assertThat(kind(2)).isEqualTo(Kind.SERVED);
        int before = changes.get();
        acks.passedOn("other", List.of(new Standing("b", WEB, 2, List.of())));
        assertThat(changes.get()).as("nothing new").isEqualTo(before);
        acks.passedOn("third", List.of(new Standing("a", WEB, 1, List.of())));
        assertThat(kind(2)).as("it was there before it came here").isEqualTo(Kind.SERVED);
    }

    private Kind kind(long generation) {
        return acks.of(WEB, generation).kind();
    }

    private void heard(String pod, long generation, String... problems) {
        acks.heard(pod, pod, Map.of(WEB, generation), List.of(problems));
    }

    private void pass(int lingers) {
        now.addAndGet(lingers * Acks.LINGER.toNanos());
        acks.sweep();
    }
}
