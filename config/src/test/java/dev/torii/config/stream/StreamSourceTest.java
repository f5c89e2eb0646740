package dev.torii.config.stream;

import static dev.torii.config.stream.Follower.SIDECAR;
import static dev.torii.config.stream.Follower.TIMES;
import static dev.torii.config.stream.Follower.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Service;
import dev.torii.config.source.Read;
import dev.torii.config.stream.FakeControl.Talk;
import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.Delete;
import dev.torii.config.stream.Message.Put;
import dev.torii.config.stream.Message.Reset;
import dev.torii.config.stream.Message.Want;
import dev.torii.config.stream.Message.You;
import dev.torii.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes by the stream goes live commit by commit, whatever control does in between. */
@Timeout(60)
final class StreamSourceTest {

    private final FakeControl control = FakeControl.plain();
    private final Follower proxy;

    StreamSourceTest(@TempDir Path folder) {
        proxy = new Follower(new ControlAddress(false, "127.0.0.1", control.port()), folder, null, TIMES);
    }

    @AfterEach
    void close() {
        proxy.close();
        control.close();
    }

    private Talk greeted() throws Exception {
        Talk talk = control.talk();
        assertThat(talk.hearsHello()).isEqualTo(SIDECAR);
        return talk;
    }

    private Talk serving(String version, Put... puts) throws Exception {
        Talk talk = greeted();
        talk.says(new You("shop", "web", List.of()));
        talk.commits(version, List.of(), puts);
        proxy.next();
        return talk;
    }

    @Test
    void aCommitMakesAllOfItLiveAtOnceAndIsAcknowledged() throws Exception {
        Talk talk = greeted();
        talk.says(new You("shop", "web", List.of(8080)), new Reset(), service("cart", 80), service("tax", 80));
        assertThat(proxy.reads).isEmpty();

        talk.says(new Commit("v1", List.of()));

        assertThat(proxy.next()).containsExactly("cart", "tax");
        assertThat(proxy.source.you()).isEqualTo(new You("shop", "web", List.of(8080)));
        assertThat(talk.hearsAck()).isEqualTo(new Ack("v1", "snapshot-1", List.of()));
        proxy.problems = List.of("port 80 is in use");
        talk.says(
                new Delete(new ObjectKey("Service", "shop", "cart")), service("ads", 80), new Commit("v2", List.of()));
        assertThat(proxy.next()).containsExactly("ads", "tax");
        assertThat(talk.hearsAck().problems()).containsExactly("port 80 is in use");
    }

    @Test
    void whatIsNotCommittedIsNot() throws Exception {
        Talk talk = serving("v1", service("cart", 80));
        talk.says(service("tax", 80), new Delete(new ObjectKey("Service", "shop", "cart")));
        talk.cuts();

        Talk again = control.talk();
        assertThat(again.hearsHello()).isEqualTo(SIDECAR.with(List.of(), "v1"));
        Ack ack = again.commits("v1", List.of());

        assertThat(ack).isEqualTo(new Ack("v1", "snapshot-1", List.of()));
        assertThat(proxy.reads).isEmpty();
        again.commits("v2", List.of(), service("ads", 80));
        assertThat(proxy.next()).containsExactly("ads", "cart");
    }

    @Test
    void aResetForgetsWhatThereWas() throws Exception {
        Talk talk = serving("v1", service("cart", 80));
        talk.says(new Reset(), service("tax", 80), new Commit("v2", List.of()));

        assertThat(proxy.next()).containsExactly("tax");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"nonsense\":{}}",
                "{\"want\":[]}",
                "{\"commit\":{}}",
                "{\"put\":{\"kind\":\"Service\"},\"reset\":true}"
            })
    void whatIsMalformedEndsTheConversationAndChangesNothing(String malformed) throws Exception {
        Talk talk = serving("v1", service("cart", 80));
        talk.says(service("tax", 80));
        talk.says(malformed);

        assertThat(talk.ends()).isEqualTo(WebSocketException.UNACCEPTABLE);
        assertThat(control.talk().hearsHello().have()).isEqualTo("v1");
        assertThat(proxy.reads).isEmpty();
    }

    @Test
    void whatIsTooLongIsNotTaken() throws Exception {
        Talk talk = greeted();
        talk.says("{\"put\":{\"text\":\"" + "x".repeat(Message.MOST_FROM_CONTROL) + "\"}}");

        // 1006: what nobody has read of it when the connection is closed resets it, and the last word may be lost
        assertThat(talk.ends()).isIn(WebSocketException.TOO_BIG, 1006);
        assertThat(control.talk().hearsHello()).isEqualTo(SIDECAR);
    }

    @Test
    void bytesAreNotTaken() throws Exception {
        Talk talk = greeted();
        talk.saysBytes(new byte[10]);

        assertThat(talk.ends()).isEqualTo(WebSocketException.UNACCEPTABLE);
    }

    /** Control may send more than a proxy has room for. */
    @Test
    void aViewHasALimit() throws Exception {
        Batch batch = new Batch(View.NONE, 1_000);
        batch.put(service("cart", 80).json());
        batch.put(service("cart", 81).json());
        batch.delete(new ObjectKey("Service", "shop", "cart"));
        String large = service("cart" + "x".repeat(1_000), 80).json();
        assertThatThrownBy(() -> batch.put(large)).hasMessage("more configuration than 1000 characters");
    }

    @Test
    void whatHasNotChangedIsNotReadAgain() throws Exception {
        Talk talk = greeted();
        Put[] many = IntStream.range(0, 500).mapToObj(i -> service("s" + i, 80)).toArray(Put[]::new);
        talk.commits("v1", List.of(), many);
        Read before = FakeControl.taken(proxy.reads, "the first");
        talk.commits("v2", List.of(), service("s250", 81));
        Read after = FakeControl.taken(proxy.reads, "the second");

        for (Service each : after.resources().all(Service.class)) {
            Service was = Objects.requireNonNull(before.resources().find(Service.class, "shop", each.name()));
            assertThat(each == was).as(each.name()).isEqualTo(!each.name().equals("s250"));
        }
    }

    @Test
    void whatCannotBeReadLeavesTheRestAndItsOwnLastVersion() throws Exception {
        Talk talk = serving("v1", service("cart", 80));
        Put newer = new Put("{\"apiVersion\":\"torii.dev/v9\",\"kind\":\"Novelty\",\"metadata\":{\"name\":\"x\"}}");
        Ack ack = talk.commits("v2", List.of(), service("cart", 70_000), newer, service("tax", 80));

        assertThat(ack.problems()).isNotEmpty().allMatch(line -> line.lines().count() == 1);
        Read read = FakeControl.taken(proxy.reads, "the rest");
        assertThat(read.readable()).isTrue();
        assertThat(Follower.services(read)).containsExactly("cart", "tax");
        assertThat(talk.commits("v3", List.of(), service("cart", 81)).problems())
                .hasSizeLessThan(ack.problems().size());
    }

    @Test
    void aProxyAsksForAPlaceOnceAndIsToldWhenTheAnswerIsServed() throws Exception {
        Talk talk = serving("v1");
        CompletionStage<Void> answer = Objects.requireNonNull(proxy.source.want("tax.shop"));
        assertThat(talk.hears()).isEqualTo(new Want(List.of("tax.shop")));
        CompletionStage<Void> again = Objects.requireNonNull(proxy.source.want("tax.shop"));
        assertThat(answer.toCompletableFuture()).isNotDone();
        talk.commits("v2", List.of("tax.shop"), service("tax", 80));

        assertThat(answer.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(again.toCompletableFuture()).isDone();
        assertThat(proxy.next()).containsExactly("tax");
        assertThat(proxy.source.want("tax.shop")).isNull();
        assertThat(talk.hasHeard()).isFalse();
        talk.cuts();
        assertThat(control.talk().hearsHello().wants()).containsExactly("tax.shop");
    }

    @Test
    void nobodyWaitsForAControlThatIsAway() throws Exception {
        Talk talk = serving("v1");
        CompletableFuture<Void> answer =
                Objects.requireNonNull(proxy.source.want("tax.shop")).toCompletableFuture();
        control.refuse(503);
        talk.cuts();

        answer.get(10, TimeUnit.SECONDS);
        assertThat(Await.until(
                        Duration.ofSeconds(10), () -> !proxy.source.contact().connected()))
                .isTrue();
        assertThat(proxy.source.want("ads.shop")).isNull();
        control.refuse(0);
        assertThat(control.talk().hearsHello().wants()).containsExactly("ads.shop", "tax.shop");
    }

    /** Of places there are more than memory; all that are asked for fit into one first word. */
    @Test
    void onlySoManyPlacesAreAskedFor() throws Exception {
        Talk talk = serving("v1");
        IntStream.range(0, 10_000).forEach(i -> proxy.source.want("service-" + i + ".namespace"));
        assertThat(proxy.source.want("not\"a.name")).isNull();
        talk.cuts();
        Message.Hello hello = control.talk().hearsHello();

        assertThat(hello.wants()).hasSizeBetween(1_000, Message.MOST_WANTS);
        assertThat(hello.text().length()).isLessThanOrEqualTo(Message.MOST_FROM_PROXY);
    }

    /** Control is told so by a new first word. */
    @Test
    void placesThatNobodyCallsAreForgotten() throws Exception {
        Talk talk = serving("v1");
        proxy.source.want("tax.shop");
        proxy.source.want("10.0.0.7");
        talk.hears();
        proxy.clock.addAndGet(Wants.IDLE_NANOS);
        proxy.source.called(List.of("10.0.0.7"));
        assertThat(proxy.source.contact().connected()).isTrue();
        proxy.clock.addAndGet(1);
        proxy.source.called(List.of());

        Talk again = control.talk();
        assertThat(again.hearsHello()).isEqualTo(SIDECAR.with(List.of("10.0.0.7"), "v1"));
        again.commits("v2", List.of(), service("ads", 80));
        assertThat(proxy.next()).containsExactly("ads");
    }

    @Test
    void aControlThatComesBackIsFollowedAgain() throws Exception {
        serving("v1", service("cart", 80));
        control.stop();
        assertThat(Await.until(
                        Duration.ofSeconds(10), () -> !proxy.source.contact().connected()))
                .isTrue();
        control.startAgain();

        Talk talk = control.talk();
        assertThat(talk.hearsHello().have()).isEqualTo("v1");
        talk.commits("v2", List.of(), service("tax", 80));
        assertThat(proxy.next()).containsExactly("cart", "tax");
        assertThat(proxy.source.contact().connected()).isTrue();
        assertThat(proxy.source.contact().heardSeconds()).isBetween(0.0, 60.0);
    }

    @Test
    void nothingIsTakenAfterTheEnd() throws Exception {
        Talk talk = serving("v1");
        proxy.close();
        talk.says(service("cart", 80), new Commit("v2", List.of()));
        talk.ends();

        assertThat(proxy.reads).isEmpty();
    }
}
