package dev.torii.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may lead when, with time in the test's hand: lease 15 s, deadline 10 s. */
final class CandidacyTest {

    private static MockApi api;
    private static KubernetesClient client;

    /** Near the end of what a long can hold, where sums overflow. */
    private static final long BEGIN = Long.MAX_VALUE - Duration.ofSeconds(12).toNanos();

    private final AtomicLong nanos = new AtomicLong(BEGIN);

    private final Candidacy a = candidacy("a@10.0.0.1:15010");
    private final Candidacy b = candidacy("b@10.0.0.2:15010");

    @BeforeAll
    static void start() {
        api = new MockApi();
        client = api.client()
                .newClient(new RequestConfigBuilder()
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .adapt(KubernetesClient.class);
    }

    @AfterAll
    static void stop() {
        client.close();
        api.close();
    }

    @AfterEach
    void free() {
        api.answers(0);
        client.leases().inNamespace("torii-system").delete();
    }

    private Candidacy candidacy(String identity) {
        return new Candidacy(
                client,
                new Election.Seat("torii-system", "torii-control", identity),
                Election.Timing.USUAL,
                nanos::get,
                () -> Instant.parse("2026-11-22T10:00:00.123456789Z").plusNanos(nanos.get() - BEGIN));
    }

    private void pass(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    private static Lease lease() {
        return client.leases()
                .inNamespace("torii-system")
                .withName("torii-control")
                .require();
    }

    @Test
    void theFirstOneLeadsAndTheOtherKnowsIt() {
        a.attempt();
        b.attempt();
        assertThat(a.leads()).isTrue();
        assertThat(b.leads()).isFalse();
        assertThat(b.holder()).contains("a@10.0.0.1:15010");
        assertThat(lease().getSpec().getLeaseDurationSeconds()).isEqualTo(15);
        assertThat(lease().getSpec().getRenewTime()).isEqualTo("2026-11-22T10:00:00.123456Z");
    }

    @Test
    void renewedItStaysForEver() {
        for (int i = 0; i < 20; i++) {
            a.attempt();
            b.attempt();
            assertThat(a.leads()).isTrue();
            assertThat(b.leads()).isFalse();
            pass(9);
        }
        assertThat(lease().getSpec().getLeaseTransitions()).isZero();
    }

    @Test
    void aLeaderThatCannotRenewIsNoneBeforeAnotherCanBe() {
        a.attempt();
        b.attempt();
        pass(10);
        assertThat(a.leads()).isFalse();
        b.attempt();
        assertThat(b.leads()).isFalse();
        pass(4);
        b.attempt();
        assertThat(b.leads()).isFalse();
        pass(1);
        b.attempt();
        assertThat(b.leads()).isTrue();
        assertThat(lease().getSpec().getLeaseTransitions()).isEqualTo(1);
        a.attempt();
        assertThat(a.leads()).isFalse();
        assertThat(a.holder()).contains("b@10.0.0.2:15010");
    }

    @Test
    void whatOthersWroteOfTimesDoesNotMatter() {
        a.attempt();
        client.resource(lease()).edit(lease -> {
            lease.getSpec().setRenewTime(lease.getSpec().getRenewTime().minusYears(5));
            return lease;
        });
        b.attempt();
        assertThat(b.leads()).as("its clock is only wrong").isFalse();
    }

    @Test
    void anApiServerThatIsAwayIsToldAndAfterItsReturnTheLeaderGoesOn() {
        a.attempt();
        api.answers(503);
        pass(5);
        assertThatThrownBy(a::attempt).isInstanceOf(KubernetesClientException.class);
        assertThat(a.leads()).isTrue();
        pass(5);
        assertThat(a.leads()).isFalse();
        api.answers(0);
        a.attempt();
        assertThat(a.leads()).isTrue();
    }

    @Test
    void aLeaseThatSomebodyTookIsLostAtOnce() {
        a.attempt();
        client.resource(lease()).edit(lease -> {
            lease.getSpec().setHolderIdentity("c@10.0.0.3:15010");
            return lease;
        });
        assertThat(a.leads()).isTrue();
        a.attempt();
        assertThat(a.leads()).isFalse();
        assertThat(a.holder()).contains("c@10.0.0.3:15010");
    }

    @Test
    void aLeaseThatSomebodyDeletedIsMadeAgain() {
        a.attempt();
        client.resource(lease()).delete();
        a.attempt();
        assertThat(a.leads()).isTrue();
        assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("a@10.0.0.1:15010");
    }

    @Test
    void aWriteWhoseAnswerWasLostDoesNotLoseTheLease() {
        a.attempt();
        client.resource(lease()).edit(lease -> {
            lease.getSpec().setRenewTime(lease.getSpec().getRenewTime().plusSeconds(2));
            return lease;
        });
        a.attempt();
        assertThat(a.leads()).isTrue();
    }

    @Test
    void onceReleasedItIsTakenWithoutAWait() {
        a.attempt();
        b.attempt();
        a.stepDown();
        a.release();
        assertThat(a.leads()).isFalse();
        b.attempt();
        assertThat(b.leads()).isTrue();
    }

    @Test
    void whoIsStartedAgainUnderItsOldNameNeedNotWait() {
        a.attempt();
        Candidacy again = candidacy("a@10.0.0.1:15010");
        again.attempt();
        assertThat(again.leads()).isTrue();
    }
}
