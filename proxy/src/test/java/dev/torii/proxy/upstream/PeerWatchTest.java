package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.upstream.PeerWatch.Verdict;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerWatchTest {

    private static final long START = Long.MAX_VALUE - 5;

    private final PeerWatch watch = new PeerWatch(START);

    private Verdict at(long seconds) {
        return watch.look(START + TimeUnit.SECONDS.toNanos(seconds));
    }

    private void heardAt(long seconds) {
        watch.heard(START + TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void whoAnswersNoPingIsGone() {
        assertThat(at(9)).isEqualTo(Verdict.WAIT);
        assertThat(at(10)).isEqualTo(Verdict.PING);
        assertThat(at(11)).isEqualTo(Verdict.WAIT);
        assertThat(at(15)).isEqualTo(Verdict.WAIT);
        assertThat(at(16)).isEqualTo(Verdict.GONE);
    }

    @Test
    void whoTalksIsNotAsked() {
        for (int second = 0; second < 100; second += 5) {
            assertThat(at(second)).isEqualTo(Verdict.WAIT);
            heardAt(second);
        }
    }

    /** grpc-go and grpc-java end a connection with the third ping within 5 minutes in which they said nothing. */
    @Test
    void aLongSilenceIsAskedIntoNoMoreThanOnceIn5Minutes() {
        assertThat(at(10)).isEqualTo(Verdict.PING);
        watch.ponged();
        for (int second = 11; second < 310; second++) {
            assertThat(at(second)).isEqualTo(Verdict.WAIT);
        }
        assertThat(at(310)).isEqualTo(Verdict.PING);
        watch.ponged();
        assertThat(at(609)).isEqualTo(Verdict.WAIT);
        assertThat(at(610)).isEqualTo(Verdict.PING);
        assertThat(at(616)).isEqualTo(Verdict.GONE);
    }

    @Test
    void aNewSilenceIsAskedIntoAnew() {
        assertThat(at(10)).isEqualTo(Verdict.PING);
        heardAt(12);
        assertThat(at(21)).isEqualTo(Verdict.WAIT);
        assertThat(at(22)).isEqualTo(Verdict.PING);
    }
}
